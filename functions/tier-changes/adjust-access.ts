import {
  DescribeAccessEntryCommand,
  DescribePodIdentityAssociationCommand,
  ListPodIdentityAssociationsCommand,
  TagResourceCommand,
} from '@aws-sdk/client-eks';
import { z } from 'zod';
import { type Placement, placement } from '../../events/placement.ts';
import { type Placed, tenantTag, tenantTags } from '../../tenancy/names.ts';
import { namespaceName } from '../../tenancy/workspace/names.ts';
import { clusterFacts } from '../clusters/ensure-cluster.ts';
import { describeCluster } from '../clusters/ensure-eks-cluster.ts';
import { type Eks, eksIn } from '../kubernetes/eks-account.ts';
import { placedStepInput, step } from '../runtime/step.ts';

interface AccessTags extends Placed {
  readonly tier: string;
  readonly placement: Placement;
  readonly roleArn: string;
  readonly clusterName: string;
}

interface Tagged {
  readonly arn: string | undefined;
  readonly tags: Readonly<Record<string, string>> | undefined;
}

/**
 * Ensures that what the tenant has in EKS carries its new tier: access entry, Pod Identity associations, its own cluster. Whatever is
 * not the tenant's is left as it is. Returns how many were tagged anew.
 */
export async function adjustAccess(eks: Eks, request: AccessTags): Promise<number> {
  const { tenantId, tier, placement: kind, clusterName } = request;
  const cluster = kind.workspace === 'cluster' ? await describeCluster(eks, clusterName) : undefined;
  const found: Tagged[] = [
    { arn: cluster?.arn, tags: cluster?.tags },
    ...(kind.workspace === 'vcluster' ? [] : [await accessEntry(eks, request)]),
    ...(await associations(eks, request)),
  ];
  const wanted = tenantTags(tenantId, tier);
  const stale = found.filter(
    ({ tags }) => tags?.[tenantTag] === tenantId && Object.entries(wanted).some(([key, value]) => tags[key] !== value),
  );
  for (const { arn } of stale) await eks.send(new TagResourceCommand({ resourceArn: arn, tags: wanted }));
  return stale.length;
}

async function accessEntry(eks: Eks, { clusterName, roleArn }: AccessTags): Promise<Tagged> {
  try {
    const { accessEntry: entry } = await eks.send(
      new DescribeAccessEntryCommand({ clusterName, principalArn: roleArn }),
    );
    return { arn: entry?.accessEntryArn, tags: entry?.tags };
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException')
      return { arn: undefined, tags: undefined };
    throw error;
  }
}

async function associations(eks: Eks, { clusterName, ...placed }: AccessTags): Promise<Tagged[]> {
  const list = await eks.send(
    new ListPodIdentityAssociationsCommand({ clusterName, namespace: namespaceName(placed) }),
  );
  return Promise.all(
    (list.associations ?? []).map(async ({ associationId }) => {
      const { association } = await eks.send(new DescribePodIdentityAssociationCommand({ clusterName, associationId }));
      return { arn: association?.associationArn, tags: association?.tags };
    }),
  );
}

/** Step of adjust-placement. */
export const handler = step({
  name: 'adjust-access',
  input: placedStepInput.extend({ tier: z.string(), placement, roleArn: z.string(), cluster: clusterFacts }),
  output: z.object({ tagged: z.int().min(0) }),
  async run({ cluster, ...request }) {
    return { tagged: await adjustAccess(eksIn(cluster.accountId), { ...request, clusterName: cluster.name }) };
  },
});
