import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { kubernetesError, type Status } from '../kubernetes/errors.ts';

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#discovery-api */
interface ResourceList {
  readonly groupVersion: string;
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}

/** Events say what happened, they are no part of what is; metrics are made when they are asked for. */
const PASSING = /^(events|events\.k8s\.io\/.*\/events|metrics\.k8s\.io\/.*)$/;

/** Objects of one answer: an API server need not build larger ones. */
const PAGE = 500;

/**
 * Every object in the namespace, of whatever kind the cluster knows, secrets and custom resources too; or in all namespaces when
 * none is given. Throws the errors of the cluster, also when only one kind cannot be read.
 */
export async function listEverything(kubernetes: Kubernetes, namespace?: string): Promise<KubernetesObject[]> {
  const objects: KubernetesObject[] = [];
  for (const { root, apiVersion, name, kind } of await listable(kubernetes)) {
    const path = namespace === undefined ? `${root}/${name}` : `${root}/namespaces/${namespace}/${name}`;
    let next = '';
    do {
      const query = new URLSearchParams({ limit: String(PAGE), ...(next && { continue: next }) });
      const page = await get<Page>(kubernetes, `${path}?${query}`);
      objects.push(...(page.items ?? []).map((item) => ({ ...item, apiVersion, kind }) as KubernetesObject));
      next = page.metadata?.continue ?? '';
    } while (next);
  }
  return objects;
}

interface Page {
  readonly items?: readonly Omit<KubernetesObject, 'apiVersion' | 'kind'>[];
  readonly metadata?: { readonly continue?: string };
}

async function listable(kubernetes: Kubernetes) {
  const { groups } = await get<{ groups: { preferredVersion: { groupVersion: string } }[] }>(kubernetes, '/apis');
  const roots = ['/api/v1', ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
  const lists = await Promise.all(
    roots.map(async (root) => ({ root, ...(await get<ResourceList>(kubernetes, root)) })),
  );
  return lists.flatMap(({ root, groupVersion, resources }) =>
    resources
      .filter(({ name, namespaced, verbs }) => namespaced && verbs.includes('list') && !isPassing(groupVersion, name))
      .map(({ name, kind }) => ({ root, apiVersion: groupVersion, name, kind })),
  );
}

function isPassing(groupVersion: string, name: string): boolean {
  return PASSING.test(groupVersion === 'v1' ? name : `${groupVersion}/${name}`);
}

async function get<Body>(kubernetes: Kubernetes, path: string): Promise<Body> {
  const answer = await kubernetes.request({ method: 'GET', path });
  if (answer.status === 200) return answer.body as Body;
  throw kubernetesError(`GET ${path}`, answer.status, answer.body as Status);
}
