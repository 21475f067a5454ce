import { createVpc, ensureDefaults } from '../../local/ec2/default-vpc.ts';
import { networkOf, type Scope } from '../../local/ec2/network.ts';
import { zonesOf } from '../../local/ec2/zones.ts';
import type { Cloud } from '../../local/kernel/service.ts';
import type { FunctionsConfig } from '../../tenancy/clusters/private-access.ts';

const BLOCK = '10.254.0.0/16';

/**
 * Ensures that the subnets and security groups exist which the configuration names for functions, under these very ids, in a VPC of
 * their own: on AWS the operator has made them, and EC2 chose the ids. What is there stays as it is.
 */
export function ensureFunctionsNetwork(
  cloud: Pick<Cloud, 'store' | 'clock'>,
  scope: Scope,
  { subnetIds, securityGroupIds }: FunctionsConfig,
): void {
  const network = networkOf(cloud, scope);
  ensureDefaults(cloud, network);
  const subnets = subnetIds.filter((id) => !network.get('subnet', id));
  const groups = securityGroupIds.filter((id) => !network.get('security-group', id));
  if (subnets.length + groups.length === 0) return;
  const known = network.get('subnet', subnetIds[0] ?? '')?.vpcId;
  const createdAt = cloud.clock.now();
  const vpcId = known ?? createVpc(network, { cidr: BLOCK, isDefault: false, createdAt }).id;
  const zones = zonesOf(scope.region);
  for (const id of subnets) {
    const index = subnetIds.indexOf(id);
    const zone = zones[index % zones.length]?.name ?? '';
    const cidr = `10.254.${index * 16}.0/20`;
    network.put('subnet', { id, createdAt, vpcId, cidr, zone, isDefault: false, mapPublicIp: false });
  }
  for (const id of groups)
    network.put('security-group', { id, createdAt, vpcId, name: id, description: 'Functions in clusters', rules: [] });
}
