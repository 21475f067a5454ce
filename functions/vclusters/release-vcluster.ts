import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import type { Placed } from '../../tenancy/names.ts';
import { vclusterPlace } from '../../tenancy/vcluster/facts.ts';
import { vclusterClusterRoleName, vclusterObjectNames } from '../../tenancy/vcluster/names.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { isError } from '../kubernetes/errors.ts';
import { createLedger } from '../operations/ledger-store.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { clusterUnlessGone } from '../workspaces/existing-cluster.ts';
import { expectOurs } from '../workspaces/ownership.ts';
import { releaseNamespace } from '../workspaces/release-namespace.ts';
import { isLoadBalancer, releaseInside } from './release-inside.ts';
import { type Connect, findVirtualCluster, type VclusterPlace } from './virtual-cluster.ts';

export const releaseVclusterOutput = z.object({ namespace: z.string(), gone: z.literal(true) });
export type ReleaseVclusterOutput = z.infer<typeof releaseVclusterOutput>;

export interface ReleaseVclusterClients {
  readonly host: Kubernetes;
  readonly connect?: Connect;
  /** Milliseconds since 1970; only to say how long the inside has had. */
  readonly now?: () => number;
}

/** How long what is synced may take to go while the syncer still runs; after that it is deleted on the host. */
const insideTime = 5 * 60_000;

const since = 'tenantry.dev/releasing-since';

/**
 * Ensures that the tenant's virtual cluster and its host namespace do not exist. Inside first (load balancers, volumes), by the
 * tenant's own controllers, for five minutes at most and only while the virtual API answers; then the control plane; then
 * on the host what is left of them, the claim of the control plane by name, cluster-scoped leftovers, the namespace.
 * @throws StillDeleting until it is gone; the text says what is waited for.
 * @throws ResourceNotOwned if the namespace belongs to somebody else: it is left alone.
 */
export async function releaseVcluster(
  { host, connect, now = Date.now }: ReleaseVclusterClients,
  placed: Placed,
): Promise<ReleaseVclusterOutput> {
  const place = vclusterPlace(placed);
  const found = await host.get({ apiVersion: 'v1', kind: 'Namespace', name: place.namespace });
  if (found !== undefined) {
    expectOurs(found, placed.tenantId);
    // Once the namespace goes, so do the platform's own rights in it.
    if (found.metadata.deletionTimestamp === undefined) await emptyHost(host, place, found, connect, now);
  }
  await deleteClusterScoped(host, place);
  return releaseNamespace({ kubernetes: host }, placed);
}

async function emptyHost(
  host: Kubernetes,
  place: VclusterPlace,
  namespace: KubernetesObject,
  connect: Connect | undefined,
  now: () => number,
): Promise<void> {
  try {
    await endInside(host, place, namespace, connect, now);
    await endControlPlane(host, place);
    await endOutside(host, place);
  } catch (error) {
    // A namespace that never got as far as the platform's rights in it holds no control plane either.
    if (!isError(error, 'KubernetesForbidden') || (await isKept(host, place))) throw error;
  }
}

async function isKept(host: Kubernetes, { namespace }: VclusterPlace): Promise<boolean> {
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    name: 'tenantry-platform',
    namespace,
  };
  return (await host.get(binding)) !== undefined;
}

async function endInside(
  host: Kubernetes,
  place: VclusterPlace,
  namespace: KubernetesObject,
  connect: Connect | undefined,
  now: () => number,
): Promise<void> {
  const begun = Number(namespace.metadata.annotations?.[since] ?? (await begin(host, place, now)));
  if (now() - begun > insideTime) return;
  const virtual = await findVirtualCluster(host, place, connect);
  if (!virtual.ready) return;
  await releaseInside(virtual.administrator);
  expectNone(place, 'synced', await syncedResources(host, place));
}

/** A merge patch: applying the namespace with this annotation alone would take its labels away. */
async function begin(host: Kubernetes, { namespace }: VclusterPlace, now: () => number): Promise<number> {
  const begun = now();
  await host.request({
    method: 'PATCH',
    path: `/api/v1/namespaces/${namespace}`,
    contentType: 'application/merge-patch+json',
    body: { metadata: { annotations: { [since]: String(begun) } } },
  });
  return begun;
}

/** What costs money or holds data: Services of load balancers and claims that the syncer made. */
async function syncedResources(host: Kubernetes, { name, namespace }: VclusterPlace): Promise<KubernetesObject[]> {
  const options = { namespace, labelSelector: `vcluster.loft.sh/managed-by=${name}` };
  const [services, claims] = await Promise.all([
    host.list({ apiVersion: 'v1', kind: 'Service' }, options),
    host.list({ apiVersion: 'v1', kind: 'PersistentVolumeClaim' }, options),
  ]);
  return [...services.filter(isLoadBalancer), ...claims];
}

async function endControlPlane(host: Kubernetes, { name, namespace }: VclusterPlace): Promise<void> {
  await host.delete({ apiVersion: 'apps/v1', kind: 'StatefulSet', name, namespace });
  const pods = await host.list(
    { apiVersion: 'v1', kind: 'Pod' },
    { namespace, labelSelector: `app=vcluster,release=${name}` },
  );
  // A syncer that still runs would make again what is deleted next.
  expectNone({ namespace }, 'of the control plane', pods);
}

async function endOutside(host: Kubernetes, place: VclusterPlace): Promise<void> {
  const { name, namespace } = place;
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    name: vclusterObjectNames(name).volumeClaim,
    namespace,
  };
  for (const { apiVersion, kind, metadata } of await syncedResources(host, place)) {
    await host.delete({ apiVersion, kind, name: metadata.name, namespace });
  }
  await host.delete({ apiVersion: 'v1', kind: 'Service', name, namespace });
  await host.delete(claim);
  const [service, volume] = await Promise.all([
    host.get({ apiVersion: 'v1', kind: 'Service', name, namespace }),
    host.get(claim),
  ]);
  const left = [service, volume].filter((object) => object !== undefined);
  expectNone(place, 'still', [...left, ...(await syncedResources(host, place))]);
}

/** @throws StillDeleting naming what is there, and the finalizers that hold it. */
function expectNone(
  { namespace }: Pick<VclusterPlace, 'namespace'>,
  which: string,
  objects: readonly KubernetesObject[],
): void {
  if (objects.length === 0) return;
  const names = objects.map(({ kind, metadata }) => {
    const { finalizers = [] } = metadata;
    return `${kind} ${metadata.name}${finalizers.length === 0 ? '' : ` (finalizers ${finalizers.join(', ')})`}`;
  });
  throw new CatalogueError('StillDeleting', `Waiting in ${namespace} for what is ${which}: ${names.join(', ')}.`);
}

/** A virtual cluster that was ever made with other values has a cluster role; nothing else would delete it. */
async function deleteClusterScoped(host: Kubernetes, { name, namespace }: VclusterPlace): Promise<void> {
  const leftover = vclusterClusterRoleName(name, namespace);
  for (const kind of ['ClusterRoleBinding', 'ClusterRole']) {
    const reference = { apiVersion: 'rbac.authorization.k8s.io/v1', kind, name: leftover };
    const found = await host.get(reference);
    if (found?.metadata.labels?.app === 'vcluster' && found.metadata.labels.release === name) {
      await host.delete(reference, { uid: found.metadata.uid });
    }
  }
}

/** Step of release-placement. `name` is the ledger's: the host namespace. */
export const handler = step({
  name: 'release-vcluster',
  input: placedStepInput.extend({
    name: z.string(),
    attributes: z.object({ clusterName: z.string(), clusterAccountId: z.string() }),
  }),
  output: releaseVclusterOutput,
  async run({ name, attributes, ...operation }) {
    const { clusterName, clusterAccountId } = attributes;
    const host = await clusterUnlessGone({ name: clusterName, accountId: clusterAccountId });
    if (host !== undefined) await releaseVcluster({ host }, operation);
    await createLedger(table(), operation).deleted('workspace', name);
    return { namespace: name, gone: true as const };
  },
});
