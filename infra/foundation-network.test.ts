import { afterAll, beforeAll, expect, test } from 'vitest';
import { administrator } from '../local/kernel/cloud.ts';
import type { OperationInput } from '../local/kernel/service.ts';
import { type LocalCloud, startLocalCloud } from '../local/local-cloud.ts';
import { subnetBits } from '../tenancy/networks/blocks.ts';
import { foundationTemplate } from './foundation-template.ts';

const ACCOUNT = '222222222222';
const boundary = 'shop-tenant-boundary';
let local: LocalCloud;

const call = (service: string, operation: string, input: object = {}) =>
  local.cloud.call<OperationInput>(service, operation, input, administrator(ACCOUNT));

beforeAll(async () => {
  local = await startLocalCloud({
    port: 0,
    services: ['iam', 'sts', 'account', 'servicequotas', 'ec2', 'budgets', 'cloudformation'],
    clock: 'jump',
  });
  await call('iam', 'CreatePolicy', {
    PolicyName: boundary,
    PolicyDocument: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}',
  });
  await local.cloud.clock.sleep(15_000);
});
afterAll(() => local.stop());

const template = foundationTemplate(boundary, 'shop-pod-identity');
const parameters = (network: Record<string, string>) =>
  Object.entries({
    TenantId: 'acme',
    PlacementId: 'acme',
    RoleName: 'tenantry-tenant-acme',
    ExternalId: 'tenantry:acme',
    PlatformAccountId: '111111111111',
    MonthlyBudgetUsd: '25',
    TemplateDigest: 'one',
    ...network,
  }).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));

async function settled(): Promise<OperationInput> {
  for (;;) {
    const { Stacks } = await call('cloudformation', 'DescribeStacks', { StackName: 'tenantry-foundation-acme' });
    if (!Stacks[0].StackStatus.endsWith('_IN_PROGRESS')) return Stacks[0];
    await local.cloud.clock.sleep(5_000);
  }
}

function network(block: string, zones: string[]): Record<string, string> {
  const { privateBits, publicBits } = subnetBits(block);
  const [Zone1 = '', Zone2 = '', Zone3 = ''] = zones;
  return {
    VpcCidr: block,
    Zone1,
    Zone2,
    Zone3,
    PrivateSubnetBits: String(privateBits),
    PublicSubnetBits: String(publicBits),
  };
}

async function made(network: Record<string, string>): Promise<Record<string, string>> {
  await call('cloudformation', 'CreateStack', {
    StackName: 'tenantry-foundation-acme',
    TemplateBody: template,
    Capabilities: ['CAPABILITY_NAMED_IAM'],
    Parameters: parameters(network),
  });
  const stack = await settled();
  expect(stack).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });
  return Object.fromEntries(stack.Outputs.map((one: OperationInput) => [one.OutputKey, one.OutputValue]));
}

async function unmade(): Promise<void> {
  await call('cloudformation', 'DeleteStack', { StackName: 'tenantry-foundation-acme' });
  await expect(settled()).rejects.toThrow('does not exist');
}

test('without a block there is a role and a budget, and nothing of EC2', async () => {
  const outputs = await made({});
  expect(Object.keys(outputs).sort()).toEqual(['Template', 'TenantRoleArn', 'TenantRoleId']);
  await unmade();
});

test.each([
  ['10.64.16.0/20', ['us-east-1a', 'us-east-1b', 'us-east-1d']],
  ['10.64.1.0/24', ['us-east-1b', 'us-east-1c']],
])(
  '%s in %o: private and public subnets in each zone, ways out, endpoints; and all of it goes again',
  async (block, zones) => {
    const before = await call('ec2', 'DescribeSubnets');
    const outputs = await made(network(block, zones));
    const inVpc = { Filters: [{ Name: 'vpc-id', Values: [outputs['VpcId']] }] };
    const { Subnets } = await call('ec2', 'DescribeSubnets', inVpc);
    const kind = (key: string) =>
      Subnets.filter(({ Tags }: OperationInput) => Tags.some(({ Key }: OperationInput) => Key === key));
    const [inner, open] = [kind('kubernetes.io/role/internal-elb'), kind('kubernetes.io/role/elb')];
    for (const subnets of [inner, open])
      expect(subnets.map((one: OperationInput) => one.AvailabilityZone).sort()).toEqual(zones);
    const ids = (text = '') => text.split(',').sort();
    expect(ids(outputs['PrivateSubnetIds'])).toEqual(inner.map((one: OperationInput) => one.SubnetId).sort());
    expect(ids(outputs['PublicSubnetIds'])).toEqual(open.map((one: OperationInput) => one.SubnetId).sort());

    const { RouteTables } = await call('ec2', 'DescribeRouteTables', inVpc);
    const wayOut = (subnet: OperationInput) =>
      RouteTables.find(({ Associations }: OperationInput) =>
        Associations.some((one: OperationInput) => one.SubnetId === subnet.SubnetId),
      )?.Routes.find((route: OperationInput) => route.DestinationCidrBlock === '0.0.0.0/0');
    for (const subnet of inner)
      expect(wayOut(subnet)).toMatchObject({ NatGatewayId: expect.any(String), State: 'active' });
    for (const subnet of open)
      expect(wayOut(subnet)).toMatchObject({ GatewayId: expect.stringMatching(/^igw-/), State: 'active' });
    const { VpcEndpoints } = await call('ec2', 'DescribeVpcEndpoints', inVpc);
    expect(VpcEndpoints.map((one: OperationInput) => [one.ServiceName, one.RouteTableIds.length]).sort()).toEqual([
      ['com.amazonaws.us-east-1.dynamodb', 2],
      ['com.amazonaws.us-east-1.s3', 2],
    ]);
    expect(outputs['ClusterRoleArn']).toBe(`arn:aws:iam::${ACCOUNT}:role/tenantry/clusters/tenantry-cluster-acme`);
    expect(outputs['NodeRoleArn']).toBe(`arn:aws:iam::${ACCOUNT}:role/tenantry/clusters/tenantry-node-acme`);
    await unmade();
    expect(await call('ec2', 'DescribeSubnets')).toEqual(before);
    expect((await call('ec2', 'DescribeAddresses')).Addresses).toEqual([]);
    expect((await call('iam', 'ListRoles', {})).Roles).toEqual([]);
  },
);
