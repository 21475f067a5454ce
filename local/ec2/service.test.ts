import { expect, test } from 'vitest';
import { administrator } from '../kernel/cloud.ts';
import type { OperationInput } from '../kernel/service.ts';
import type { OrganizationsOptions } from '../organizations/service.ts';
import { outcome, testOrganization } from '../organizations/test-cloud.ts';
import { type Ec2Options, ec2Service } from './service.ts';

async function testNetwork(options: Ec2Options & OrganizationsOptions = {}) {
  const organization = await testOrganization(options);
  organization.cloud.register(ec2Service(organization.cloud, { consistencyDelaySeconds: 0, ...options }));
  const ec2 = (operation: string, input: object = {}, accountId = '111111111111', region = 'us-east-1') =>
    organization.cloud.call<OperationInput>('ec2', operation, input, administrator(accountId), { region });
  return { ...organization, ec2 };
}

test('every region of an account has a default VPC, which can be taken apart and deleted', async () => {
  const { cloud, ec2 } = await testNetwork();
  const { Vpcs } = await ec2('DescribeVpcs', { Filters: [{ Name: 'is-default', Values: ['true'] }] });
  const [{ VpcId }] = Vpcs;
  const inVpc = { Filters: [{ Name: 'vpc-id', Values: [VpcId] }] };
  const { Subnets } = await ec2('DescribeSubnets', inVpc);
  expect(Subnets).toHaveLength(6);
  expect((await ec2('DescribeSubnets', {}, '111111111111', 'eu-west-1')).Subnets).toHaveLength(3);
  const remove = () => outcome(ec2('DeleteVpc', { VpcId }));
  expect(await remove()).toBe('DependencyViolation');
  for (const { SubnetId } of Subnets) await ec2('DeleteSubnet', { SubnetId });
  expect(await remove()).toBe('DependencyViolation');
  const attached = { Filters: [{ Name: 'attachment.vpc-id', Values: [VpcId] }] };
  const [{ InternetGatewayId }] = (await ec2('DescribeInternetGateways', attached)).InternetGateways;
  expect(await outcome(ec2('DeleteInternetGateway', { InternetGatewayId }))).toBe('DependencyViolation');
  await ec2('DetachInternetGateway', { InternetGatewayId, VpcId });
  await ec2('DeleteInternetGateway', { InternetGatewayId });
  expect(await remove()).toBe('ok');
  for (const [operation, member] of [
    ['DescribeVpcs', 'Vpcs'],
    ['DescribeRouteTables', 'RouteTables'],
    ['DescribeSecurityGroups', 'SecurityGroups'],
    ['DescribeNetworkAcls', 'NetworkAcls'],
  ] as const) {
    expect((await ec2(operation))[member]).toEqual([]);
  }
  await cloud.stop();
});

test('five VPCs in a region', async () => {
  const { cloud, ec2 } = await testNetwork();
  const outcomes: string[] = [];
  for (let index = 0; index < 5; index++) {
    outcomes.push(await outcome(ec2('CreateVpc', { CidrBlock: `10.${index}.0.0/16` })));
  }
  expect(outcomes).toEqual(['ok', 'ok', 'ok', 'ok', 'VpcLimitExceeded']);
  expect(await outcome(ec2('CreateVpc', { CidrBlock: '10.0.0.0/8' }))).toBe('InvalidVpc.Range');
  await cloud.stop();
});

test('a fresh account is not subscribed for some minutes, and opt-in regions are closed', async () => {
  const { cloud, ec2, account } = await testNetwork({ readinessSeconds: { min: 60, max: 240 } });
  const id = await account('fresh');
  expect(await outcome(ec2('DescribeVpcs', {}, id))).toBe('OptInRequired');
  await cloud.clock.sleep(240_000);
  expect(await outcome(ec2('DescribeVpcs', {}, id))).toBe('ok');
  expect(await outcome(ec2('DescribeVpcs', {}, id, 'eu-south-1'))).toBe('AuthFailure');
  const { Regions } = await ec2('DescribeRegions', {}, id);
  expect(Regions).toHaveLength(17);
  expect((await ec2('DescribeRegions', { AllRegions: true }, id)).Regions.length).toBeGreaterThan(17);
  await cloud.stop();
});

test('subnets lie within their VPC and apart from each other', async () => {
  const { cloud, ec2 } = await testNetwork();
  const { VpcId } = (await ec2('CreateVpc', { CidrBlock: '10.1.0.0/16' })).Vpc;
  const create = (CidrBlock: string) => outcome(ec2('CreateSubnet', { VpcId, CidrBlock }));
  expect(await create('10.1.0.0/24')).toBe('ok');
  expect(await create('10.1.0.128/25')).toBe('InvalidSubnet.Conflict');
  expect(await create('10.2.0.0/24')).toBe('InvalidSubnet.Range');
  expect(await create('10.1.1.0/30')).toBe('InvalidSubnet.Range');
  expect(await create('10.1.1.0/28')).toBe('ok');
  const filters = [{ Name: 'cidr-block', Values: ['10.1.1.*'] }];
  expect((await ec2('DescribeSubnets', { Filters: filters })).Subnets).toMatchObject([{ AvailableIpAddressCount: 11 }]);
  expect(await outcome(ec2('DescribeSubnets', { Filters: [{ Name: 'nonsense', Values: [] }] }))).toBe(
    'InvalidParameterValue',
  );
  await cloud.stop();
});

test('a NAT gateway comes and goes slowly, and holds its address, subnet and internet gateway', async () => {
  const { cloud, ec2 } = await testNetwork();
  const [{ VpcId }] = (await ec2('DescribeVpcs')).Vpcs;
  const [{ SubnetId }] = (await ec2('DescribeSubnets')).Subnets;
  const { AllocationId } = await ec2('AllocateAddress');
  const { NatGateway } = await ec2('CreateNatGateway', { SubnetId, AllocationId });
  const { NatGatewayId } = NatGateway;
  const state = async () => (await ec2('DescribeNatGateways', { NatGatewayIds: [NatGatewayId] })).NatGateways[0].State;
  expect(await state()).toBe('pending');
  await cloud.clock.sleep(90_000);
  expect(await state()).toBe('available');
  const [{ InternetGatewayId }] = (await ec2('DescribeInternetGateways')).InternetGateways;
  const holding = async () => [
    await outcome(ec2('ReleaseAddress', { AllocationId })),
    await outcome(ec2('DeleteSubnet', { SubnetId })),
    await outcome(ec2('DetachInternetGateway', { InternetGatewayId, VpcId })),
  ];
  const held = ['InvalidIPAddress.InUse', 'DependencyViolation', 'DependencyViolation'];
  expect(await holding()).toEqual(held);
  await ec2('DeleteNatGateway', { NatGatewayId });
  expect([await state(), await holding()]).toEqual(['deleting', held]);
  await cloud.clock.sleep(60_000);
  expect([await state(), await holding()]).toEqual(['deleted', ['ok', 'ok', 'ok']]);
  await cloud.clock.sleep(3_700_000);
  expect(await outcome(state())).toBe('NatGatewayNotFound');
  await cloud.stop();
});

test('routes lead to gateways of their VPC, or into a black hole', async () => {
  const { cloud, ec2 } = await testNetwork();
  const { VpcId } = (await ec2('CreateVpc', { CidrBlock: '10.1.0.0/16' })).Vpc;
  const { InternetGatewayId } = (await ec2('CreateInternetGateway')).InternetGateway;
  const { RouteTableId } = (await ec2('CreateRouteTable', { VpcId })).RouteTable;
  const route = { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId: InternetGatewayId };
  expect(await outcome(ec2('CreateRoute', route))).toBe('InvalidParameterValue');
  await ec2('AttachInternetGateway', { InternetGatewayId, VpcId });
  expect(await outcome(ec2('CreateRoute', route))).toBe('ok');
  expect(await outcome(ec2('CreateRoute', route))).toBe('RouteAlreadyExists');
  await ec2('DetachInternetGateway', { InternetGatewayId, VpcId });
  const routes = (await ec2('DescribeRouteTables', { RouteTableIds: [RouteTableId] })).RouteTables[0].Routes;
  expect(routes.map(({ State }: { State: string }) => State)).toEqual(['active', 'blackhole']);
  const { SubnetId } = (await ec2('CreateSubnet', { VpcId, CidrBlock: '10.1.0.0/24' })).Subnet;
  const { AssociationId } = await ec2('AssociateRouteTable', { RouteTableId, SubnetId });
  expect(await outcome(ec2('DeleteRouteTable', { RouteTableId }))).toBe('DependencyViolation');
  await ec2('DisassociateRouteTable', { AssociationId });
  expect(await outcome(ec2('DeleteRouteTable', { RouteTableId }))).toBe('ok');
  await cloud.stop();
});

test('security groups: rules once each, and no group that another refers to is deleted', async () => {
  const { cloud, ec2 } = await testNetwork();
  const [{ VpcId }] = (await ec2('DescribeVpcs')).Vpcs;
  const create = async (GroupName: string) =>
    (await ec2('CreateSecurityGroup', { GroupName, Description: 'test', VpcId })).GroupId;
  const [a, b] = [await create('a'), await create('b')];
  expect(await outcome(create('a'))).toBe('InvalidGroup.Duplicate');
  const permission = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, UserIdGroupPairs: [{ GroupId: b }] };
  const allow = () => outcome(ec2('AuthorizeSecurityGroupIngress', { GroupId: a, IpPermissions: [permission] }));
  expect([await allow(), await allow()]).toEqual(['ok', 'InvalidPermission.Duplicate']);
  expect(await outcome(ec2('DeleteSecurityGroup', { GroupId: b }))).toBe('DependencyViolation');
  const [group] = (await ec2('DescribeSecurityGroups', { GroupIds: [a] })).SecurityGroups;
  expect(group.IpPermissions).toMatchObject([{ FromPort: 443, UserIdGroupPairs: [{ GroupId: b }] }]);
  await ec2('RevokeSecurityGroupIngress', { GroupId: a, IpPermissions: [permission] });
  expect(await outcome(ec2('DeleteSecurityGroup', { GroupId: b }))).toBe('ok');
  const byName = { Filters: [{ Name: 'group-name', Values: ['default'] }] };
  const [{ GroupId }] = (await ec2('DescribeSecurityGroups', byName)).SecurityGroups;
  expect(await outcome(ec2('DeleteSecurityGroup', { GroupId }))).toBe('CannotDelete');
  await cloud.stop();
});

test('an interface endpoint holds its subnets until it is gone', async () => {
  const { cloud, ec2 } = await testNetwork();
  const { VpcId } = (await ec2('CreateVpc', { CidrBlock: '10.1.0.0/16' })).Vpc;
  const { SubnetId } = (await ec2('CreateSubnet', { VpcId, CidrBlock: '10.1.0.0/24' })).Subnet;
  const ServiceName = 'com.amazonaws.us-east-1.sts';
  const input = { VpcId, ServiceName, VpcEndpointType: 'Interface', SubnetIds: [SubnetId] };
  expect(await outcome(ec2('CreateVpcEndpoint', { VpcId, ServiceName }))).toBe('InvalidParameterValue');
  const { VpcEndpointId } = (await ec2('CreateVpcEndpoint', input)).VpcEndpoint;
  expect((await ec2('DescribeNetworkInterfaces')).NetworkInterfaces).toMatchObject([{ SubnetId }]);
  await ec2('DeleteVpcEndpoints', { VpcEndpointIds: [VpcEndpointId] });
  expect(await outcome(ec2('DeleteSubnet', { SubnetId }))).toBe('DependencyViolation');
  await cloud.clock.sleep(60_000);
  expect(await outcome(ec2('DeleteSubnet', { SubnetId }))).toBe('ok');
  expect((await ec2('DescribeVpcEndpoints')).VpcEndpoints).toEqual([]);
  expect(await outcome(ec2('DeleteVpc', { VpcId }))).toBe('ok');
  await cloud.stop();
});

test('tags, dry runs and reads that lag', async () => {
  const { cloud, ec2 } = await testNetwork({ consistencyDelaySeconds: 600 });
  await cloud.clock.sleep(600_000);
  const Tags = [{ Key: 'tenant', Value: 'acme' }];
  const TagSpecifications = [{ ResourceType: 'vpc', Tags }];
  expect(await outcome(ec2('CreateVpc', { CidrBlock: '10.1.0.0/16', DryRun: true }))).toBe('DryRunOperation');
  const { VpcId } = (await ec2('CreateVpc', { CidrBlock: '10.1.0.0/16', TagSpecifications })).Vpc;
  expect(await outcome(ec2('DescribeVpcs', { VpcIds: [VpcId] }))).toBe('InvalidVpcID.NotFound');
  await cloud.clock.sleep(600_000);
  const tagged = { Filters: [{ Name: 'tag:tenant', Values: ['acme'] }] };
  expect((await ec2('DescribeVpcs', tagged)).Vpcs).toMatchObject([{ VpcId, Tags }]);
  await ec2('DeleteTags', { Resources: [VpcId], Tags: [{ Key: 'tenant' }] });
  expect((await ec2('DescribeVpcs', tagged)).Vpcs).toEqual([]);
  expect(await outcome(ec2('CreateTags', { Resources: ['vpc-00000000'], Tags }))).toBe('InvalidVpcID.NotFound');
  expect(await outcome(ec2('DescribeVpcs', { VpcIds: ['nonsense'] }))).toBe('InvalidVpcID.Malformed');
  await cloud.stop();
});
