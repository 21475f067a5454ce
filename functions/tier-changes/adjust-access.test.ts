import {
  CreateAccessEntryCommand,
  CreateClusterCommand,
  DescribeAccessEntryCommand,
  DescribeClusterCommand,
  DescribePodIdentityAssociationCommand,
  ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Placement } from '../../events/placement.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { tenantTags } from '../../tenancy/names.ts';
import { ensurePodIdentity } from '../clusters/pod-identity.ts';
import { type LocalEks, localEks, retried } from '../testing/local-eks.ts';
import { adjustAccess } from './adjust-access.ts';

const clusterName = 'tenantry-tenant-acme';
const placed = { tenantId: 'acme', generation: 1 };
const pooled: Placement = { account: 'pooled', workspace: 'namespace' };
const own: Placement = { account: 'pooled', workspace: 'cluster' };

let world: LocalEks;
let roleArn: string;
beforeAll(async () => {
  world = await localEks();
  const [cluster, tenant] = await Promise.all([
    world.role('cluster', 'eks.amazonaws.com'),
    world.role('tenant', 'pods.eks.amazonaws.com'),
  ]);
  roleArn = tenant;
  await world.eks.send(
    new CreateClusterCommand({
      name: clusterName,
      roleArn: cluster,
      resourcesVpcConfig: { subnetIds: ['subnet-0a', 'subnet-0b'] },
      accessConfig: { authenticationMode: 'API' },
      tags: tenantTags('acme', 'basic'),
    }),
  );
  await retried(async () => {
    const { cluster: made } = await world.eks.send(new DescribeClusterCommand({ name: clusterName }));
    if (made?.status !== 'ACTIVE') throw new CatalogueError('StillCreating', '');
  }, ['StillCreating']);
  await world.eks.send(
    new CreateAccessEntryCommand({
      clusterName,
      principalArn: roleArn,
      type: 'STANDARD',
      tags: tenantTags('acme', 'basic'),
    }),
  );
  await ensurePodIdentity(world.eks, {
    ...placed,
    clusterName,
    namespace: 'tenant-acme',
    serviceAccount: 'tenant-workload',
    tier: 'basic',
    roleArn,
  });
});
afterAll(() => world.close());

async function tiers(): Promise<(string | undefined)[]> {
  const { cluster } = await world.eks.send(new DescribeClusterCommand({ name: clusterName }));
  const { accessEntry } = await world.eks.send(new DescribeAccessEntryCommand({ clusterName, principalArn: roleArn }));
  const { associations } = await world.eks.send(new ListPodIdentityAssociationsCommand({ clusterName }));
  const { association } = await world.eks.send(
    new DescribePodIdentityAssociationCommand({ clusterName, associationId: associations?.[0]?.associationId }),
  );
  return [cluster?.tags, accessEntry?.tags, association?.tags].map((tags) => tags?.['tenantry:tier']);
}

describe('adjustAccess', () => {
  const adjust = (tier: string, placement: Placement, tenantId = 'acme') =>
    adjustAccess(world.eks, { tenantId, generation: 1, tier, placement, roleArn, clusterName });

  it('tags what is the tenant’s in a shared cluster, and leaves the cluster alone', async () => {
    expect(await adjust('plus', pooled)).toBe(2);
    expect(await tiers()).toEqual(['basic', 'plus', 'plus']);
  });

  it('tags the tenant’s own cluster too; twice is once', async () => {
    expect(await adjust('gold', own)).toBe(3);
    expect(await tiers()).toEqual(['gold', 'gold', 'gold']);
    expect(await adjust('gold', own)).toBe(0);
  });

  it('leaves what another tenant has', async () => {
    expect(await adjust('gold', own, 'other')).toBe(0);
    expect(await tiers()).toEqual(['gold', 'gold', 'gold']);
  });

  it('has nothing to tag where nothing is', async () => {
    const nobody = { ...placed, tenantId: 'nobody', tier: 'gold', placement: pooled, clusterName };
    expect(await adjustAccess(world.eks, { ...nobody, roleArn: roleArn.replace('tenant', 'nobody') })).toBe(0);
  });
});
