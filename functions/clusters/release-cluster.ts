import {
  DeleteAccessEntryCommand,
  DeleteClusterCommand,
  DeletePodIdentityAssociationCommand,
  ListAccessEntriesCommand,
  ListPodIdentityAssociationsCommand,
  UpdateClusterConfigCommand,
} from '@aws-sdk/client-eks';
import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { tenantTag } from '../../tenancy/names.ts';
import { type Eks, eksIn } from '../kubernetes/eks-account.ts';
import { createLedger, type Ledger } from '../operations/ledger-store.ts';
import { step, stepInput } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { givePlaceBack } from './cluster-store.ts';
import { describeCluster } from './ensure-eks-cluster.ts';

/** A shared cluster only loses the tenant. */
export async function leaveSharedCluster(
  registry: Table,
  ledger: Ledger,
  request: { tenantId: string; name: string; cpuMillis: number; memoryMebibytes: number },
): Promise<void> {
  await givePlaceBack(registry, request.name, request.tenantId, request);
  await ledger.deleted('cluster', request.name);
}

/**
 * Ensures that the tenant's own cluster is gone, in AWS's order: protection off, access and pod identities, then the
 * control plane with its nodes and load balancers (Auto Mode). Throws `StillDeleting` until it is, `ResourceNotOwned` for
 * somebody else's cluster.
 * https://docs.aws.amazon.com/eks/latest/userguide/delete-cluster.html
 */
export async function releaseTenantCluster(eks: Eks, ledger: Ledger, tenantId: string, name: string): Promise<void> {
  const cluster = await describeCluster(eks, name);
  if (!cluster) return ledger.deleted('cluster', name);
  if (cluster.tags?.[tenantTag] !== tenantId)
    throw new CatalogueError('ResourceNotOwned', `The cluster ${name} is not tagged ${tenantTag}=${tenantId}.`);
  if (cluster.status === 'DELETING') throw new CatalogueError('StillDeleting', `The cluster ${name} is being deleted.`);
  if (cluster.status === 'CREATING' || cluster.status === 'UPDATING' || cluster.status === 'PENDING')
    throw new CatalogueError(
      'StillDeleting',
      `The cluster ${name} is ${cluster.status}; it can be deleted afterwards.`,
    );
  if (cluster.deletionProtection) {
    await eks.send(new UpdateClusterConfigCommand({ name, deletionProtection: false }));
    throw new CatalogueError(
      'StillDeleting',
      `The protection of the cluster ${name} against deletion is being removed.`,
    );
  }
  await removeAccess(eks, name);
  await eks.send(new DeleteClusterCommand({ name }));
  throw new CatalogueError('StillDeleting', `The cluster ${name} is being deleted.`);
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
  input: stepInput.extend({
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
    const { tenantId } = operation;
    if (own) await releaseTenantCluster(eksIn(accountId), ledger, tenantId, name);
    else await leaveSharedCluster(table(), ledger, { tenantId, name, cpuMillis, memoryMebibytes });
    return { released: true as const };
  },
});
