import {
  DeleteAccessEntryCommand,
  DeleteClusterCommand,
  DeletePodIdentityAssociationCommand,
  ListAccessEntriesCommand,
  ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks';
import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { type Placed, placementId } from '../../tenancy/names.ts';
import { type Eks, eksIn } from '../kubernetes/eks-account.ts';
import { createLedger, type Ledger } from '../operations/ledger-store.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { givePlaceBack } from './cluster-store.ts';
import { type Logs, logsIn, removeControlPlaneLogs } from './control-plane-logs.ts';
import { describeCluster } from './ensure-eks-cluster.ts';
import { unprotectCluster } from './unprotect-cluster.ts';

/** A shared cluster only loses the tenant. */
export async function leaveSharedCluster(
  registry: Table,
  ledger: Ledger,
  request: Placed & { name: string; cpuMillis: number; memoryMebibytes: number },
): Promise<void> {
  await givePlaceBack(registry, request.name, placementId(request), request);
  await ledger.deleted('cluster', request.name);
}

/**
 * Ensures that the tenant's own cluster is gone, in AWS's order: protection off, access and pod identities, then the
 * control plane with its nodes and load balancers (Auto Mode), at last what it logged. Throws `StillDeleting` until it is, `ResourceNotOwned` for
 * somebody else's cluster.
 * https://docs.aws.amazon.com/eks/latest/userguide/delete-cluster.html
 */
export async function releaseTenantCluster(
  { eks, logs }: { eks: Eks; logs: Logs },
  ledger: Ledger,
  tenantId: string,
  name: string,
): Promise<void> {
  await unprotectCluster(eks, tenantId, name);
  const cluster = await describeCluster(eks, name);
  if (!cluster) {
    await removeControlPlaneLogs(logs, name);
    return ledger.deleted('cluster', name);
  }
  if (cluster.status === 'DELETING') throw new CatalogueError('StillDeleting', `The cluster ${name} is being deleted.`);
  await removeAccess(eks, name);
  await deleteCluster(eks, name);
  throw new CatalogueError('StillDeleting', `The cluster ${name} is being deleted.`);
}

async function deleteCluster(eks: Eks, name: string): Promise<void> {
  try {
    await eks.send(new DeleteClusterCommand({ name }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceInUseException') throw error;
    // An update, a node group, a creation in progress: it passes, or the message says what to remove.
    throw new CatalogueError('StillDeleting', `The cluster ${name} cannot be deleted yet: ${error.message}`, {
      cause: error,
    });
  }
}

async function removeAccess(eks: Eks, clusterName: string): Promise<void> {
  const { associations = [] } = await eks.send(new ListPodIdentityAssociationsCommand({ clusterName }));
  for (const { associationId } of associations)
    await eks.send(new DeletePodIdentityAssociationCommand({ clusterName, associationId }));
  const { accessEntries = [] } = await eks.send(new ListAccessEntriesCommand({ clusterName }));
  for (const principalArn of accessEntries) await eks.send(new DeleteAccessEntryCommand({ clusterName, principalArn }));
}

/** Step of release-placement. */
export const handler = step({
  name: 'release-cluster',
  input: placedStepInput.extend({
    name: z.string(),
    attributes: z.object({
      own: z.literal('true').optional(),
      accountId: z.string().optional(),
      cpuMillis: z.coerce.number().default(0),
      memoryMebibytes: z.coerce.number().default(0),
    }),
  }),
  output: z.object({ released: z.literal(true) }),
  async run({ name, attributes, ...operation }) {
    const { own, accountId = '', cpuMillis, memoryMebibytes } = attributes;
    const ledger = createLedger(table(), operation);
    const { tenantId, generation } = operation;
    const account = () => ({ eks: eksIn(accountId), logs: logsIn(accountId) });
    if (own) await releaseTenantCluster(account(), ledger, tenantId, name);
    else await leaveSharedCluster(table(), ledger, { tenantId, generation, name, cpuMillis, memoryMebibytes });
    return { released: true as const };
  },
});
