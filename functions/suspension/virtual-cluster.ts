import { CatalogueError } from '../../tenancy/errors.ts';
import type { Placed } from '../../tenancy/names.ts';
import { vclusterPlace } from '../../tenancy/vcluster/facts.ts';
import { tenantAccess } from '../../tenancy/vcluster/virtual-access.ts';
import { longestTermination } from '../../tenancy/workspace/admission/pods.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { revokeTenantAccess } from '../vclusters/tenant-access.ts';
import { type Connect, findVirtualCluster } from '../vclusters/virtual-cluster.ts';
import { startAll } from './resume-namespace.ts';
import { isControlled } from './stops.ts';
import { runs, type Suspension, stopAll } from './suspend-namespace.ts';

/**
 * Before the control plane of a virtual cluster is stopped with everything else in its host namespace: nobody of the tenant may do
 * anything inside, and nothing runs that would come back, since what was synced to the host would run on without it. One whose
 * control plane is stopped already, or that never was, has nothing to stop.
 * @throws StillCreating while it does not answer; StillDeleting until the pods inside are gone.
 */
export async function stopInside(
  host: Kubernetes,
  { suspensionId, ...placed }: Suspension,
  connect?: Connect,
): Promise<void> {
  const administrator = await inside(host, placed, connect);
  if (administrator === undefined) return;
  await revokeTenantAccess(administrator);
  for (const namespace of await namespaces(administrator)) await stopAll(administrator, { namespace, suspensionId });
  const lists = await Promise.all(
    (await namespaces(administrator)).map((namespace) =>
      administrator.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace }),
    ),
  );
  const pods = lists.flat().filter((pod) => isControlled(pod) && runs(pod));
  if (pods.length === 0) return;
  for (const pod of pods.filter(endsTooLate)) await endInTime(administrator, pod);
  throw new CatalogueError(
    'StillDeleting',
    `${pods.length} pods inside the virtual cluster of ${placed.tenantId} are ending.`,
  );
}

/**
 * Whether its deletion asked for longer than a pod may take to end. Inside nothing refuses that, on the host the admission policy does, each
 * time that the syncer tries: such a pod runs until it is given less time.
 */
function endsTooLate({ metadata: { deletionTimestamp, deletionGracePeriodSeconds = 0 } }: KubernetesObject): boolean {
  return deletionTimestamp !== undefined && deletionGracePeriodSeconds > longestTermination;
}

async function endInTime(administrator: Kubernetes, { metadata }: KubernetesObject): Promise<void> {
  const { name, namespace, uid } = metadata;
  const options = { uid, gracePeriodSeconds: longestTermination };
  await administrator.delete({ apiVersion: 'v1', kind: 'Pod', name, ...(namespace && { namespace }) }, options);
}

/** After the control plane was started again: workloads and access inside as they were. @throws StillCreating until it answers. */
export async function startInside(
  host: Kubernetes,
  { suspensionId, ...placed }: Suspension,
  connect?: Connect,
): Promise<void> {
  const administrator = await inside(host, placed, connect);
  if (administrator === undefined) return;
  for (const namespace of await namespaces(administrator)) await startAll(administrator, { namespace, suspensionId });
  await restoreTenantAccess(administrator);
}

/** What `revokeTenantAccess` took: the account and its binding. The role stayed, with the labels that all of them carry. */
async function restoreTenantAccess(administrator: Kubernetes): Promise<void> {
  const [role, ...others] = [...tenantAccess([])].sort((a) => (a.kind === 'ClusterRole' ? -1 : 1));
  if (role === undefined) return;
  const { apiVersion, kind, metadata } = role;
  const live = await administrator.get({ apiVersion, kind, name: metadata.name });
  const { labels = {} } = live?.metadata ?? {};
  for (const object of others) await administrator.apply({ ...object, metadata: { ...object.metadata, labels } });
}

/** The administrator's client of the virtual API; undefined when its control plane is meant to be off. */
export async function inside(host: Kubernetes, placed: Placed, connect?: Connect): Promise<Kubernetes | undefined> {
  const place = vclusterPlace(placed);
  const set = await host.get({ apiVersion: 'apps/v1', kind: 'StatefulSet', ...place });
  const { replicas = 1 } = (set?.spec ?? { replicas: 0 }) as { replicas?: number };
  if (replicas === 0) return undefined;
  const virtual = await findVirtualCluster(host, place, connect);
  if (virtual.ready) return virtual.administrator;
  throw new CatalogueError(
    'StillCreating',
    `The virtual cluster of ${placed.tenantId} does not answer yet: ${virtual.lacks}.`,
  );
}

async function namespaces(administrator: Kubernetes): Promise<string[]> {
  const found = await administrator.list({ apiVersion: 'v1', kind: 'Namespace' });
  return found.map(({ metadata }) => metadata.name);
}
