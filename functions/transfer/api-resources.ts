import type { Kubernetes } from '../kubernetes/client.ts';
import { kubernetesError, type Status } from '../kubernetes/errors.ts';

/** A kind of objects as an API server serves it. */
export interface ApiResource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** Whether this is the version to read the kind in: it may be served in others too, with the same objects. */
  readonly preferred: boolean;
}

/** Metrics are made when they are asked for, by servers that may be down: they keep nothing. */
const computed = /(^|\.)metrics\.k8s\.io$/;

interface Group {
  readonly name: string;
  readonly versions: readonly { readonly groupVersion: string }[];
  readonly preferredVersion: { readonly groupVersion: string };
}

interface ResourceList {
  readonly groupVersion: string;
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}

/**
 * Every kind that the API server serves, in every version. Preferred is that of the kind's group, or the first other one if it is only
 * served there. Subresources are left out. https://kubernetes.io/docs/reference/using-api/api-concepts/#discovery-api
 * @throws the errors of the cluster, also when only one group does not answer: what is not listed would be lost.
 */
export async function apiResources(kubernetes: Kubernetes): Promise<ApiResource[]> {
  const { groups } = await read<{ groups: readonly Group[] }>(kubernetes, '/apis', { groups: [] });
  const versions = groups
    .filter(({ name }) => !computed.test(name))
    .map(({ versions: served, preferredVersion: { groupVersion } }) => [
      groupVersion,
      ...served.map((each) => each.groupVersion).filter((each) => each !== groupVersion),
    ]);
  const lists = await Promise.all(
    [['v1'], ...versions].map((group) => Promise.all(group.map((version) => resourcesOf(kubernetes, version)))),
  );
  return lists.flatMap((group) => {
    const seen = new Set<string>();
    return group.flat().map((resource) => {
      const preferred = !seen.has(resource.plural);
      seen.add(resource.plural);
      return { ...resource, preferred };
    });
  });
}

async function resourcesOf(kubernetes: Kubernetes, groupVersion: string): Promise<Omit<ApiResource, 'preferred'>[]> {
  const path = groupVersion === 'v1' ? '/api/v1' : `/apis/${groupVersion}`;
  // A group that goes away between the two requests serves nothing.
  const { resources } = await read<ResourceList>(kubernetes, path, { groupVersion, resources: [] });
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced, verbs }) => ({ apiVersion: groupVersion, kind, plural: name, namespaced, verbs }));
}

async function read<Body>(kubernetes: Kubernetes, path: string, ifGone: Body): Promise<Body> {
  const answer = await kubernetes.request({ method: 'GET', path });
  if (answer.status === 200) return answer.body as Body;
  if (answer.status === 404) return ifGone;
  throw kubernetesError(`GET ${answer.server ?? ''}${path}`, answer.status, answer.body as Status, answer);
}

/** Path of the kind's objects; of those in a namespace when one is given. */
export function pathOf({ apiVersion, plural, namespaced }: ApiResource, namespace?: string): string {
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  return namespaced && namespace !== undefined
    ? `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`
    : `${root}/${plural}`;
}
