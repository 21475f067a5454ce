import { CreateAccessEntryCommand, DescribeAccessEntryCommand } from '@aws-sdk/client-eks';
import { z } from 'zod';
import { type Placement, placement } from '../../events/placement.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { type Placed, tenantTag, tenantTags } from '../../tenancy/names.ts';
import { vclusterName, vclusterObjectNames } from '../../tenancy/vcluster/names.ts';
import { workloadServiceAccount } from '../../tenancy/workspace/accounts.ts';
import { groupName, namespaceName } from '../../tenancy/workspace/names.ts';
import { type Eks, eksIn } from '../kubernetes/eks-account.ts';
import { createLedger, type Ledger } from '../operations/ledger-store.ts';
import { environment } from '../runtime/environment.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { type ClusterFacts, clusterFacts } from './ensure-cluster.ts';
import { ensurePodIdentity } from './pod-identity.ts';

interface AccessRequest extends Placed {
  tier: string;
  operationId: string;
  placement: Placement;
  accountId: string;
  roleArn: string;
  cluster: ClusterFacts;
  /** Role by which pods reach a tenant's role in another account. */
  bridgeRoleArn: string;
}

/**
 * Ensures that the tenant is known in its cluster: an access entry that maps its role to its group, and an association
 * that gives its pods that role. The people of a virtual cluster have no access to the host.
 * Throws `ResourceNotOwned` when the role has an access entry that is not ours.
 * https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
 */
export async function ensureClusterAccess(eks: Eks, ledger: Ledger, request: AccessRequest): Promise<void> {
  const { cluster, roleArn, tenantId, generation, tier } = request;
  const namespace = namespaceName(request);
  const attributes = { roleArn, accountId: cluster.accountId, namespace };
  await ledger.plan('cluster-access', cluster.name, attributes);
  if (request.placement.workspace !== 'vcluster') await ensureAccessEntry(eks, request);
  const elsewhere = request.accountId !== cluster.accountId;
  await ensurePodIdentity(eks, {
    clusterName: cluster.name,
    namespace,
    serviceAccount: serviceAccountOf(request),
    tenantId,
    generation,
    tier,
    roleArn: elsewhere ? request.bridgeRoleArn : roleArn,
    targetRoleArn: elsewhere ? roleArn : undefined,
  });
  await ledger.created('cluster-access', cluster.name, { ...attributes, clusterArn: cluster.arn });
}

/** As whom the tenant's pods run on the cluster; those of a virtual cluster all run as one. */
function serviceAccountOf({ placement, tenantId }: AccessRequest): string {
  return placement.workspace === 'vcluster'
    ? vclusterObjectNames(vclusterName(tenantId)).workloadServiceAccount
    : workloadServiceAccount;
}

async function ensureAccessEntry(
  eks: Eks,
  { tenantId, tier, operationId, roleArn, cluster }: AccessRequest,
): Promise<void> {
  const clusterName = cluster.name;
  try {
    await eks.send(
      new CreateAccessEntryCommand({
        clusterName,
        principalArn: roleArn,
        type: 'STANDARD',
        kubernetesGroups: [groupName(tenantId, 'admin')],
        clientRequestToken: operationId,
        tags: tenantTags(tenantId, tier),
      }),
    );
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceInUseException') throw error;
    const { accessEntry } = await eks.send(new DescribeAccessEntryCommand({ clusterName, principalArn: roleArn }));
    if (accessEntry?.tags?.[tenantTag] === tenantId) return;
    throw new CatalogueError(
      'ResourceNotOwned',
      `The access entry of ${roleArn} in ${clusterName} exists and is not tagged ${tenantTag}=${tenantId}.`,
    );
  }
}

/** Step of acquire-placement. */
export const handler = step({
  name: 'ensure-cluster-access',
  input: placedStepInput.extend({
    tier: z.string(),
    placement,
    accountId: z.string(),
    roleArn: z.string(),
    cluster: clusterFacts,
  }),
  output: z.object({ granted: z.literal(true) }),
  async run(input) {
    await ensureClusterAccess(eksIn(input.cluster.accountId), createLedger(table(), input), {
      ...input,
      bridgeRoleArn: environment('POD_IDENTITY_ROLE_ARN'),
    });
    return { granted: true as const };
  },
});
