import { CatalogueError } from '../../tenancy/errors.ts';
import type { Kubernetes } from './client.ts';
import { kubernetesError, type Status } from './errors.ts';

/** Whether a cluster serves a kind. */
export type Serves = (type: { readonly apiVersion: string; readonly kind: string }) => boolean;

interface GroupDiscovery {
  readonly metadata: { readonly name: string };
  readonly versions: readonly {
    readonly version: string;
    readonly resources: readonly { readonly responseKind?: { readonly kind: string } }[];
  }[];
}

/**
 * Asks the cluster once for all kinds outside of the core group that it serves.
 * https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery
 * @throws KubernetesInvalid if it does not know that form of the answer (before Kubernetes 1.30).
 */
export async function discover(kubernetes: Kubernetes): Promise<Serves> {
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const { status, body } = await kubernetes.request({ method: 'GET', path: '/apis', headers: { accept } });
  if (status !== 200) throw kubernetesError('GET /apis', status, body as Status);
  const { kind, items } = body as { kind?: string; items: readonly GroupDiscovery[] };
  if (kind !== 'APIGroupDiscoveryList') {
    throw new CatalogueError(
      'KubernetesInvalid',
      `GET /apis: ${kind} came for APIGroupDiscoveryList (Kubernetes 1.30).`,
    );
  }
  const served = new Set(items.flatMap(kindsOf));
  return (type) => served.has(`${type.apiVersion}/${type.kind}`);
}

function kindsOf({ metadata, versions }: GroupDiscovery): string[] {
  return versions.flatMap(({ version, resources }) =>
    resources.map(({ responseKind }) => `${metadata.name}/${version}/${responseKind?.kind}`),
  );
}
