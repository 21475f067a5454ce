import { DeleteAccessEntryCommand, DescribeAccessEntryCommand } from '@aws-sdk/client-eks';
import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { tenantTag } from '../../tenancy/names.ts';
import { type Eks, eksIn } from '../kubernetes/eks-account.ts';
import { createLedger, type Ledger } from '../operations/ledger-store.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { releasePodIdentities } from './pod-identity.ts';

interface AccessToRelease {
  tenantId: string;
  clusterName: string;
  roleArn: string;
  namespace: string;
}

/** Ensures that the tenant's role has no access entry in the cluster, and its pods no role. A cluster that is gone has neither. */
export async function releaseClusterAccess(eks: Eks, ledger: Ledger, request: AccessToRelease): Promise<void> {
  const { clusterName, roleArn } = request;
  try {
    await releasePodIdentities(eks, request);
    if (await ownsEntry(eks, request)) {
      await eks.send(new DeleteAccessEntryCommand({ clusterName, principalArn: roleArn }));
    }
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
  }
  await ledger.deleted('cluster-access', clusterName);
}

/** False when there is nothing to delete; throws `ResourceNotOwned` when the entry is somebody else's. */
async function ownsEntry(eks: Eks, { tenantId, clusterName, roleArn }: AccessToRelease): Promise<boolean> {
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
  input: placedStepInput.extend({
    name: z.string(),
    attributes: z.object({ roleArn: z.string(), accountId: z.string(), namespace: z.string() }),
  }),
  output: z.object({ released: z.literal(true) }),
  async run({ name, attributes, ...operation }) {
    await releaseClusterAccess(eksIn(attributes.accountId), createLedger(table(), operation), {
      tenantId: operation.tenantId,
      clusterName: name,
      ...attributes,
    });
    return { released: true as const };
  },
});
