import { afterEach, beforeEach, expect, test } from 'vitest';
import { ec2Service } from '../../ec2/service.ts';
import { administrator, type RunningCloud } from '../../kernel/cloud.ts';
import type { OperationInput } from '../../kernel/service.ts';
import { testOrganization } from '../../organizations/test-cloud.ts';
import type { ResourceProvider, ResourceRequest } from '../resource-provider.ts';
import { cloudformationService } from '../service.ts';
import { resourceProviders } from './all.ts';

const OPERATOR = administrator('111111111111');
let cloud: RunningCloud;

beforeEach(async () => {
  ({ cloud } = await testOrganization());
  cloud.register(ec2Service(cloud));
  cloud.register(cloudformationService(cloud));
});
afterEach(() => cloud.stop());

const call = (service: string, operation: string, input: object = {}) =>
  cloud.call<OperationInput>(service, operation, input, OPERATOR);

async function settled(): Promise<OperationInput> {
  for (;;) {
    const { Stacks } = await call('cloudformation', 'DescribeStacks', { StackName: 'Net' });
    if (!Stacks[0].StackStatus.endsWith('_IN_PROGRESS')) return Stacks[0];
    await cloud.clock.sleep(5_000);
  }
}

/** Everything of EC2's network in the region, by kind. */
async function inventory(): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const [operation, member, id] of [
    ['DescribeVpcs', 'Vpcs', 'VpcId'],
    ['DescribeSubnets', 'Subnets', 'SubnetId'],
    ['DescribeInternetGateways', 'InternetGateways', 'InternetGatewayId'],
    ['DescribeRouteTables', 'RouteTables', 'RouteTableId'],
    ['DescribeSecurityGroups', 'SecurityGroups', 'GroupId'],
    ['DescribeVpcEndpoints', 'VpcEndpoints', 'VpcEndpointId'],
    ['DescribeAddresses', 'Addresses', 'PublicIp'],
    ['DescribeNetworkInterfaces', 'NetworkInterfaces', 'NetworkInterfaceId'],
    ['DescribeNetworkAcls', 'NetworkAcls', 'NetworkAclId'],
  ] as const) {
    const answer = await call('ec2', operation);
    found[member] = answer[member].map((one: OperationInput) => one[id]).sort();
  }
  return found;
}

const ref = (Ref: string) => ({ Ref });
const attribute = (...parts: string[]) => ({ 'Fn::GetAtt': parts });
const named = (Value: string) => [{ Key: 'Name', Value }];

function network({ tag = 'one', open = false, publicTable = 'Public' } = {}) {
  const subnet = (index: number, rest: object = {}) => ({
    Type: 'AWS::EC2::Subnet',
    Properties: {
      VpcId: ref('Vpc'),
      AvailabilityZone: { 'Fn::Select': [index, { 'Fn::GetAZs': '' }] },
      CidrBlock: { 'Fn::Select': [index, { 'Fn::Cidr': [attribute('Vpc', 'CidrBlock'), 4, 10] }] },
      Tags: named(`subnet-${index}`),
      ...rest,
    },
  });
  const table = (name: string) => ({
    Type: 'AWS::EC2::RouteTable',
    Properties: { VpcId: ref('Vpc'), Tags: named(name) },
  });
  const route = (name: string, target: object) => ({
    Type: 'AWS::EC2::Route',
    Properties: { RouteTableId: ref(name), DestinationCidrBlock: '0.0.0.0/0', ...target },
  });
  const association = (RouteTableId: string, SubnetId: string) => ({
    Type: 'AWS::EC2::SubnetRouteTableAssociation',
    Properties: { RouteTableId: ref(RouteTableId), SubnetId: ref(SubnetId) },
  });
  const rule = (rest: object) => ({
    GroupId: attribute('Group', 'GroupId'),
    IpProtocol: 'tcp',
    FromPort: 443,
    ToPort: 443,
    ...rest,
  });
  return JSON.stringify({
    Resources: {
      Vpc: {
        Type: 'AWS::EC2::VPC',
        Properties: { CidrBlock: '10.64.0.0/20', EnableDnsHostnames: 'true', Tags: named(tag) },
      },
      First: subnet(0, { MapPublicIpOnLaunch: open }),
      Second: subnet(1),
      Gateway: { Type: 'AWS::EC2::InternetGateway', Properties: { Tags: named('gateway') } },
      Attachment: {
        Type: 'AWS::EC2::VPCGatewayAttachment',
        Properties: { VpcId: ref('Vpc'), InternetGatewayId: ref('Gateway') },
      },
      Address: { Type: 'AWS::EC2::EIP', DependsOn: 'Attachment', Properties: { Domain: 'vpc' } },
      Nat: {
        Type: 'AWS::EC2::NatGateway',
        Properties: { SubnetId: ref('First'), AllocationId: attribute('Address', 'AllocationId') },
      },
      Public: table('public'),
      Private: table('private'),
      PublicRoute: { ...route('Public', { GatewayId: ref('Gateway') }), DependsOn: 'Attachment' },
      PrivateRoute: route('Private', { NatGatewayId: ref('Nat') }),
      FirstRoutes: association(publicTable, 'First'),
      SecondRoutes: association('Private', 'Second'),
      Endpoint: {
        Type: 'AWS::EC2::VPCEndpoint',
        Properties: {
          VpcId: ref('Vpc'),
          ServiceName: { 'Fn::Join': ['.', ['com.amazonaws', ref('AWS::Region'), 's3']] },
          RouteTableIds: [ref('Public'), ref('Private')],
        },
      },
      Group: {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: {
          GroupDescription: 'Of the test',
          VpcId: ref('Vpc'),
          SecurityGroupIngress: [
            { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, CidrIp: open ? '0.0.0.0/0' : '10.0.0.0/8' },
          ],
        },
      },
      In: { Type: 'AWS::EC2::SecurityGroupIngress', Properties: rule({ SourceSecurityGroupId: ref('Group') }) },
      Out: { Type: 'AWS::EC2::SecurityGroupEgress', Properties: rule({ CidrIp: '10.64.0.0/20', Description: 'out' }) },
    },
    Outputs: Object.fromEntries(
      Object.entries({
        Vpc: ref('Vpc'),
        Address: ref('Address'),
        Attachment: ref('Attachment'),
        Route: ref('PrivateRoute'),
        Nat: ref('Nat'),
        In: ref('In'),
        Association: ref('FirstRoutes'),
        DefaultGroup: attribute('Vpc', 'DefaultSecurityGroup'),
        Zone: attribute('Second', 'AvailabilityZone'),
      }).map(([name, Value]) => [name, { Value }]),
    ),
  });
}

const outputs = (stack: OperationInput): Record<string, string> =>
  Object.fromEntries(stack.Outputs.map((one: OperationInput) => [one.OutputKey, one.OutputValue]));

test('a network is made in order, changed in place, and deleted without a trace', async () => {
  const before = await inventory();
  const started = cloud.clock.now();
  await call('cloudformation', 'CreateStack', { StackName: 'Net', TemplateBody: network() });
  const stack = await settled();
  expect(stack).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });
  // A NAT gateway takes a minute and a half by itself.
  expect(cloud.clock.now() - started).toBeGreaterThan(90_000);
  const made = outputs(stack);
  expect(made).toEqual({
    Vpc: expect.stringMatching(/^vpc-/),
    Address: expect.stringMatching(/^198\./),
    Attachment: `IGW|${made.Vpc}`,
    Route: expect.stringMatching(/^rtb-[0-9a-f]+\|0\.0\.0\.0\/0$/),
    Nat: expect.stringMatching(/^nat-/),
    In: expect.stringMatching(/^sgr-/),
    Association: expect.stringMatching(/^rtbassoc-/),
    DefaultGroup: expect.stringMatching(/^sg-/),
    Zone: 'us-east-1b',
  });
  const { Subnets } = await call('ec2', 'DescribeSubnets', { Filters: [{ Name: 'vpc-id', Values: [made.Vpc] }] });
  expect(Subnets.map((one: OperationInput) => one.CidrBlock).sort()).toEqual(['10.64.0.0/22', '10.64.4.0/22']);

  const after = network({ tag: 'two', open: true, publicTable: 'Private' });
  await call('cloudformation', 'UpdateStack', { StackName: 'Net', TemplateBody: after });
  const updated = await settled();
  expect(updated).toMatchObject({ StackStatus: 'UPDATE_COMPLETE' });
  // Everything but the association, whose id EC2 changes, is the same resource as before.
  expect({ ...outputs(updated), Association: '' }).toEqual({ ...made, Association: '' });
  const { Vpcs } = await call('ec2', 'DescribeVpcs', { VpcIds: [made.Vpc] });
  expect(Vpcs[0].Tags).toContainEqual({ Key: 'Name', Value: 'two' });
  const { SecurityGroupRules } = await call('ec2', 'DescribeSecurityGroupRules');
  const open = SecurityGroupRules.filter((rule: OperationInput) => rule.CidrIpv4 === '0.0.0.0/0' && !rule.IsEgress);
  expect(open).toEqual([expect.objectContaining({ FromPort: 80 })]);

  await call('cloudformation', 'DeleteStack', { StackName: 'Net' });
  await expect(settled()).rejects.toThrow('does not exist');
  expect(await inventory()).toEqual(before);
});

test('a VPC that something else lies in is not deleted; the stack says what EC2 said', async () => {
  const Resources = { Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.64.0.0/20' } } };
  await call('cloudformation', 'CreateStack', {
    StackName: 'Net',
    TemplateBody: JSON.stringify({ Resources, Outputs: { Vpc: { Value: ref('Vpc') } } }),
  });
  const { Vpc } = outputs(await settled());
  const { Subnet } = await call('ec2', 'CreateSubnet', { VpcId: Vpc, CidrBlock: '10.64.0.0/24' });
  await call('cloudformation', 'DeleteStack', { StackName: 'Net' });
  expect(await settled()).toMatchObject({ StackStatus: 'DELETE_FAILED' });
  const { StackEvents } = await call('cloudformation', 'DescribeStackEvents', { StackName: 'Net' });
  expect(JSON.stringify(StackEvents)).toContain(`The vpc '${Vpc}' has dependencies and cannot be deleted.`);
  await call('ec2', 'DeleteSubnet', { SubnetId: Subnet.SubnetId });
  await call('cloudformation', 'DeleteStack', { StackName: 'Net' });
  await expect(settled()).rejects.toThrow('does not exist');
});

test('a limit of EC2 rolls the stack back', async () => {
  for (let index = 0; index < 4; index++) await call('ec2', 'CreateVpc', { CidrBlock: `10.${index}.0.0/16` });
  await cloud.clock.sleep(1_000);
  const before = await inventory();
  await call('cloudformation', 'CreateStack', { StackName: 'Net', TemplateBody: network() });
  expect(await settled()).toMatchObject({ StackStatus: 'ROLLBACK_COMPLETE' });
  const { StackEvents } = await call('cloudformation', 'DescribeStackEvents', { StackName: 'Net' });
  expect(JSON.stringify(StackEvents)).toContain('HandlerErrorCode: ServiceLimitExceeded');
  expect(await inventory()).toEqual(before);
});

test.each([
  ['AWS::EC2::VPC', { CidrBlock: '10.64.0.0/20' }],
  ['AWS::EC2::InternetGateway', {}],
  ['AWS::EC2::EIP', {}],
])('%s that an earlier try made is found by its name, not made again', async (type, properties) => {
  const subject = resourceProviders().get(type) as ResourceProvider;
  const request = (resumed: boolean): ResourceRequest => ({
    logicalId: 'It',
    type,
    properties,
    name: '',
    tags: [{ Key: 'Name', Value: 'it' }],
    resumed,
    stack: { stackId: 'arn:stack', stackName: 'Net', accountId: '111111111111', region: 'us-east-1' },
    token: '00000000-0000-4000-8000-000000000000',
    call: (service, operation, input) => cloud.call(service, operation, input, OPERATOR),
    initiated: () => undefined,
    async waitUntil(check) {
      while (!(await check())) await cloud.clock.sleep(1_000);
    },
  });
  const first = await subject.create(request(false));
  expect(await subject.create(request(true))).toEqual(first);
  expect(await subject.create(request(false))).not.toEqual(first);
});
