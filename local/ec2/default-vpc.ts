import type { Cloud } from '../kernel/service.ts';
import { type Network, newId } from './network.ts';
import type { SecurityGroupRule, VpcRecord } from './records.ts';
import { zonesOf } from './zones.ts';

const DEFAULT_BLOCK = '172.31.0.0/16';

/** What every region of a new account has: a default VPC with a subnet in each zone and a way to the internet. */
export function ensureDefaults(cloud: Pick<Cloud, 'store'>, network: Network): void {
  const { accountId, region } = network.scope;
  const made = cloud.store.collection<true>('ec2.regions');
  if (made.get(`${accountId}/${region}`)) return;
  network.transaction(() => {
    made.put(`${accountId}/${region}`, true);
    const domainName = region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`;
    network.put('dhcp-options', { id: newId('dopt'), createdAt: 0, domainName });
    createDefaultVpc(network, 0);
  });
}

/** A default VPC. https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html */
export function createDefaultVpc(network: Network, createdAt: number): VpcRecord {
  const vpc = createVpc(network, { cidr: DEFAULT_BLOCK, isDefault: true, createdAt });
  zonesOf(network.scope.region).forEach(({ name }, index) => {
    network.put('subnet', {
      id: newId('subnet'),
      createdAt,
      vpcId: vpc.id,
      cidr: `172.31.${index * 16}.0/20`,
      zone: name,
      isDefault: true,
      mapPublicIp: true,
    });
  });
  const gateway = { id: newId('igw'), createdAt, vpcId: vpc.id };
  network.put('internet-gateway', gateway);
  const table = network.list('route-table').find(({ vpcId }) => vpcId === vpc.id);
  if (table) {
    const route = { destination: '0.0.0.0/0', target: gateway.id, origin: 'CreateRoute' } as const;
    network.put('route-table', { ...table, routes: [...table.routes, route] });
  }
  return vpc;
}

/** A VPC with what is born with it: main route table, default security group, network ACL. */
export function createVpc(
  network: Network,
  { cidr, isDefault, createdAt }: { cidr: string; isDefault: boolean; createdAt: number },
): VpcRecord {
  const vpc: VpcRecord = {
    id: newId('vpc'),
    createdAt,
    cidr,
    moreCidrs: [],
    cidrAssociationId: newId('vpc-cidr-assoc'),
    isDefault,
    dhcpOptionsId: network.list('dhcp-options')[0]?.id ?? 'default',
    dnsSupport: true,
    dnsHostnames: isDefault,
  };
  network.put('vpc', vpc);
  network.put('route-table', {
    id: newId('rtb'),
    createdAt,
    vpcId: vpc.id,
    routes: [{ destination: cidr, target: 'local', origin: 'CreateRouteTable' }],
    associations: [{ id: newId('rtbassoc'), main: true }],
  });
  const groupId = newId('sg');
  network.put('security-group', {
    id: groupId,
    createdAt,
    vpcId: vpc.id,
    name: 'default',
    description: 'default VPC security group',
    rules: [{ id: newId('sgr'), egress: false, protocol: '-1', from: -1, to: -1, source: groupId }, allowAllOut()],
  });
  network.put('network-acl', { id: newId('acl'), createdAt, vpcId: vpc.id });
  return vpc;
}

/** The rule that a new security group has. */
export function allowAllOut(): SecurityGroupRule {
  return { id: newId('sgr'), egress: true, protocol: '-1', from: -1, to: -1, source: '0.0.0.0/0' };
}
