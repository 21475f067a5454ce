import { AssociateAccessPolicyCommand, CreateAccessEntryCommand } from '@aws-sdk/client-eks';
import { z } from 'zod';
import { platformGroup } from '../../tenancy/workspace/names.ts';
import type { Eks } from '../kubernetes/eks-account.ts';
import { environment } from '../runtime/environment.ts';

const principals = z.object({ administrators: z.array(z.string()), members: z.array(z.string()) });

/** Roles of the functions that work in clusters. */
export type PlatformPrincipals = z.infer<typeof principals>;

/** The roles that the template names (`PLATFORM_PRINCIPALS`, JSON). */
export function platformPrincipals(): PlatformPrincipals {
  return principals.parse(JSON.parse(environment('PLATFORM_PRINCIPALS')));
}

const ADMINISTRATOR = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy';

/**
 * Ensures that the product's functions are known in a cluster that it made itself: those that write the cluster's baseline
 * as administrators, all as the platform's group, whose rights the baseline defines.
 * https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
 */
export async function ensurePlatformAccess(
  eks: Eks,
  clusterName: string,
  { administrators, members }: PlatformPrincipals,
): Promise<void> {
  for (const principalArn of [...administrators, ...members]) {
    await ensureEntry(eks, clusterName, principalArn);
  }
  for (const principalArn of administrators) {
    // Associating twice is associating once.
    await eks.send(
      new AssociateAccessPolicyCommand({
        clusterName,
        principalArn,
        policyArn: ADMINISTRATOR,
        accessScope: { type: 'cluster' },
      }),
    );
  }
}

async function ensureEntry(eks: Eks, clusterName: string, principalArn: string): Promise<void> {
  try {
    await eks.send(
      new CreateAccessEntryCommand({
        clusterName,
        principalArn,
        type: 'STANDARD',
        kubernetesGroups: [platformGroup],
        clientRequestToken: `${clusterName}-${principalArn.split('/').at(-1)}`.slice(0, 64),
      }),
    );
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceInUseException') throw error;
  }
}
