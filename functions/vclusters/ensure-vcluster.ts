import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { type VclusterFacts, vclusterPlace } from '../../tenancy/vcluster/facts.ts';
import { vclusterObjectNames } from '../../tenancy/vcluster/names.ts';
import { namespaceName, type Workspace } from '../../tenancy/workspace/names.ts';
import type { WorkspaceNumbers } from '../../tenancy/workspace/numbers.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { platformClient } from '../kubernetes/cluster-clients.ts';
import { createLedger } from '../operations/ledger-store.ts';
import { findTier } from '../runtime/config.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { ensureHostObjects, isWritten, type Wait } from './ensure-host-objects.ts';
import { ensureVirtualBaseline } from './ensure-virtual-baseline.ts';
import { describeHost, hostFacts } from './host-cluster.ts';
import { installedVclusterSettings } from './installed-settings.ts';
import { type Connect, findVirtualCluster, type VirtualCluster } from './virtual-cluster.ts';

export const ensureVclusterOutput = z.object({
  namespace: z.string(),
  uid: z.string(),
  /** Name of the virtual cluster, one per namespace. */
  name: z.string(),
  /** `https://host:port` of the virtual API. */
  server: z.string(),
  /** The service account of the host that all of the tenant's pods run as: a Pod Identity association names it. */
  serviceAccount: z.string(),
  /** Objects on the host and inside that the platform keeps. */
  objects: z.number().int(),
});
export type EnsureVclusterOutput = z.infer<typeof ensureVclusterOutput>;

export interface EnsureVclusterClients {
  /** The cluster that the virtual one runs in, as the platform. */
  readonly host: Kubernetes;
  readonly connect?: Connect;
  readonly wait?: Wait;
}

export interface EnsureVclusterInput extends Workspace {
  readonly numbers: WorkspaceNumbers;
  readonly settings: VclusterFacts['settings'];
  /** Of the host, from DescribeCluster. */
  readonly serviceCidr: string;
}

/**
 * Ensures the tenant's virtual cluster: the fenced host namespace, the control plane in it, ready and answering, and inside it
 * the platform's fences and the tenant's access. While the control plane starts, nothing is written again.
 * @throws ResourceNotOwned if the namespace is somebody else's, a workspace of another kind, or holds another virtual cluster.
 * @throws NamespaceTerminating if a namespace of that name is being deleted.
 * @throws StillCreating until the virtual API answers; the text says what is lacking.
 */
export async function ensureVcluster(
  { host, connect, wait }: EnsureVclusterClients,
  { numbers, settings, serviceCidr, ...workspace }: EnsureVclusterInput,
): Promise<EnsureVclusterOutput> {
  const facts: VclusterFacts = { workspace, numbers, settings, host: await hostFacts(host, serviceCidr) };
  const place = vclusterPlace(workspace);
  if (await isWritten(host, facts)) expectReady(await findVirtualCluster(host, place, connect));
  const { uid, objects } = await ensureHostObjects(host, facts, wait);
  const virtual = expectReady(await findVirtualCluster(host, place, connect));
  const inside = await ensureVirtualBaseline(virtual.administrator, facts, wait);
  return {
    ...place,
    uid,
    server: virtual.address.server,
    serviceAccount: vclusterObjectNames(place.name).workloadServiceAccount,
    objects: objects + inside,
  };
}

function expectReady(virtual: VirtualCluster): Extract<VirtualCluster, { ready: true }> {
  if (virtual.ready) return virtual;
  throw new CatalogueError('StillCreating', `The virtual cluster is on its way: ${virtual.lacks}.`);
}

/** Step of acquire-placement. */
export const handler = step({
  name: 'ensure-vcluster',
  input: placedStepInput.extend({
    tier: z.string(),
    cluster: z.object({ name: z.string(), accountId: z.string() }),
  }),
  output: ensureVclusterOutput,
  async run({ tenantId, operationId, tier, generation, cluster }) {
    const ledger = createLedger(table(), { tenantId, operationId, generation });
    const attributes = { clusterName: cluster.name, clusterAccountId: cluster.accountId, workspace: 'vcluster' };
    await ledger.plan('workspace', namespaceName({ tenantId, generation }), attributes);
    const [host, { serviceCidr }] = await Promise.all([
      platformClient(cluster.name, cluster.accountId),
      describeHost(cluster.name, cluster.accountId),
    ]);
    const made = await ensureVcluster(
      { host },
      {
        tenantId,
        tier,
        generation,
        numbers: findTier(tier).workspace,
        settings: installedVclusterSettings(),
        serviceCidr,
      },
    );
    await ledger.created('workspace', made.namespace, { ...attributes, uid: made.uid, vcluster: made.name });
    return made;
  },
});
