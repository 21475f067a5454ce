import { type Cluster, UpdateClusterConfigCommand } from '@aws-sdk/client-eks';
import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { tenantTag } from '../../tenancy/names.ts';
import { type Eks, eksIn } from '../kubernetes/eks-account.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { describeCluster } from './ensure-eks-cluster.ts';

/** While EKS works on a cluster it takes no other change of it, a deletion neither. */
const BUSY: readonly (Cluster['status'] | undefined)[] = ['UPDATING', 'PENDING'];

/**
 * Ensures that the tenant's own cluster can be deleted: it is not protected, and nothing is being changed in it. Protection
 * holds active clusters only: one that is gone, going, failed or not yet there needs nothing. Throws `StillDeleting` until then, `ResourceNotOwned` for somebody else's cluster.
 * https://docs.aws.amazon.com/eks/latest/userguide/deletion-protection.html
 */
export async function unprotectCluster(eks: Eks, tenantId: string, name: string): Promise<void> {
  const cluster = await describeCluster(eks, name);
  if (!cluster) return;
  if (cluster.tags?.[tenantTag] !== tenantId)
    throw new CatalogueError('ResourceNotOwned', `The cluster ${name} is not tagged ${tenantTag}=${tenantId}.`);
  if (BUSY.includes(cluster.status))
    throw new CatalogueError(
      'StillDeleting',
      `The cluster ${name} is ${cluster.status}; it can be deleted afterwards.`,
    );
  if (!cluster.deletionProtection || cluster.status !== 'ACTIVE') return;
  await eks.send(new UpdateClusterConfigCommand({ name, deletionProtection: false }));
  throw new CatalogueError('StillDeleting', `The protection of the cluster ${name} against deletion is being removed.`);
}

/** Step of release-placement, before the cluster itself. */
export const handler = step({
  name: 'unprotect-cluster',
  input: placedStepInput.extend({ name: z.string(), attributes: z.object({ accountId: z.string() }) }),
  output: z.object({ unprotected: z.literal(true) }),
  async run({ tenantId, name, attributes }) {
    await unprotectCluster(eksIn(attributes.accountId), tenantId, name);
    return { unprotected: true as const };
  },
});
