import {
  type Cluster,
  CreateAccessEntryCommand,
  DescribeAccessEntryCommand,
  DescribeClusterCommand,
  EKSClient,
} from '@aws-sdk/client-eks';
import { z } from 'zod';
import type { TenantryConfig } from '../../tenancy/config.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { tenantTag, tenantTags } from '../../tenancy/names.ts';
import { groupName } from '../../tenancy/workspace/names.ts';
import { createLedger, type Ledger } from '../operations/ledger-store.ts';
import { config } from '../runtime/config.ts';
import { once } from '../runtime/environment.ts';
import { step, stepInput } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { takePlace } from './cluster-members.ts';

const client = once(() => new EKSClient({}));

export type Eks = Pick<EKSClient, 'send'>;

interface AccessRequest {
  tenantId: string;
  tier: string;
  operationId: string;
  roleArn: string;
}

/**
 * Ensures that the tenant has a place in a shared cluster, and that its role is known there: an access entry that maps
 * the role to the tenant's group. Throws `NoClusterCapacity`, `StillCreating` while the cluster is not active,
 * `ResourceNotOwned` when the role has an access entry that is not ours.
 * https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
 */
export async function ensureClusterAccess(
  eks: Eks,
  registry: Table,
  ledger: Ledger,
  shared: TenantryConfig['sharedClusters'],
  request: AccessRequest,
): Promise<{ name: string; arn: string }> {
  for (const { name, capacity } of shared) {
    // The intent comes first: a place that a crash leaves taken is found by the ledger.
    await ledger.plan('cluster-access', name, { roleArn: request.roleArn });
    if (!(await takePlace(registry, name, request.tenantId, capacity))) {
      await ledger.deleted('cluster-access', name);
      continue;
    }
    const cluster = await activeCluster(eks, name);
    await ensureAccessEntry(eks, name, request);
    await ledger.created('cluster-access', name, { roleArn: request.roleArn, clusterArn: cluster.arn ?? '' });
    return { name, arn: cluster.arn ?? '' };
  }
  throw new CatalogueError(
    'NoClusterCapacity',
    `No shared cluster has room: ${shared.map(({ name, capacity }) => `${name} (${capacity})`).join(', ')}.`,
  );
}

async function activeCluster(eks: Eks, name: string): Promise<Cluster> {
  const { cluster } = await eks.send(new DescribeClusterCommand({ name }));
  if (cluster?.status === 'ACTIVE' || cluster?.status === 'UPDATING') return cluster;
  throw new CatalogueError('StillCreating', `The cluster ${name} is ${cluster?.status}.`);
}

async function ensureAccessEntry(
  eks: Eks,
  clusterName: string,
  { tenantId, tier, operationId, roleArn }: AccessRequest,
): Promise<void> {
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
  input: stepInput.extend({ tier: z.string(), roleArn: z.string() }),
  output: z.object({ name: z.string(), arn: z.string() }),
  run: (input) => ensureClusterAccess(client(), table(), createLedger(table(), input), config.sharedClusters, input),
});
