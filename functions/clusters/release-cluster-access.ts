import { DeleteAccessEntryCommand, DescribeAccessEntryCommand, EKSClient } from '@aws-sdk/client-eks';
import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { tenantTag } from '../../tenancy/names.ts';
import { createLedger, type Ledger } from '../operations/ledger-store.ts';
import { once } from '../runtime/environment.ts';
import { step, stepInput } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { givePlaceBack } from './cluster-members.ts';
import type { Eks } from './ensure-cluster-access.ts';

const client = once(() => new EKSClient({}));

/** Ensures that the tenant's role has no access entry in the cluster and its place is free. A shared cluster stays. */
export async function releaseClusterAccess(
  eks: Eks,
  registry: Table,
  ledger: Ledger,
  request: { tenantId: string; clusterName: string; roleArn: string },
): Promise<void> {
  const { tenantId, clusterName, roleArn } = request;
  if (roleArn && (await ownsEntry(eks, request))) {
    await eks.send(new DeleteAccessEntryCommand({ clusterName, principalArn: roleArn }));
  }
  await givePlaceBack(registry, clusterName, tenantId);
  await ledger.deleted('cluster-access', clusterName);
}

/** False when there is nothing to delete; throws `ResourceNotOwned` when the entry is somebody else's. */
async function ownsEntry(
  eks: Eks,
  { tenantId, clusterName, roleArn }: { tenantId: string; clusterName: string; roleArn: string },
): Promise<boolean> {
  try {
    const { accessEntry } = await eks.send(new DescribeAccessEntryCommand({ clusterName, principalArn: roleArn }));
    if (accessEntry?.tags?.[tenantTag] === tenantId) return true;
    throw new CatalogueError(
      'ResourceNotOwned',
      `The access entry of ${roleArn} in ${clusterName} is not tagged ${tenantTag}=${tenantId}.`,
    );
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return false;
    throw error;
  }
}

/** Step of release-placement. */
export const handler = step({
  name: 'release-cluster-access',
  input: stepInput.extend({ name: z.string(), roleArn: z.string() }),
  output: z.object({ released: z.literal(true) }),
  async run({ name, roleArn, ...operation }) {
    await releaseClusterAccess(client(), table(), createLedger(table(), operation), {
      tenantId: operation.tenantId,
      clusterName: name,
      roleArn,
    });
    return { released: true as const };
  },
});
