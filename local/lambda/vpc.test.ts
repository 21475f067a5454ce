import { afterEach, beforeEach, expect, it } from 'vitest';
import { ec2Service } from '../ec2/service.ts';
import { lambdaService } from './service.ts';
import { ACCOUNT, refusal, type TestCloud, testCloud } from './test-cloud.ts';
import { writeZip } from './zip.ts';

const INPUT = {
  FunctionName: 'step',
  Runtime: 'nodejs24.x',
  Handler: 'index.handler',
  Role: `arn:aws:iam::${ACCOUNT}:role/worker`,
  Code: { ZipFile: writeZip({ 'index.mjs': 'export const handler = async () => 1' }) },
};

let test: TestCloud;
let SubnetIds: string[];
let SecurityGroupIds: string[];
let VpcId: string;
const call = <Output = Record<string, unknown>>(operation: string, input: object = {}) =>
  test.call<Output>('lambda', operation, { FunctionName: 'step', ...input });
const create = (VpcConfig: object) => call('CreateFunction', { ...INPUT, VpcConfig });
const active = () => test.cloud.clock.sleep(500);

beforeEach(async () => {
  test = await testCloud([
    (cloud) => ec2Service(cloud, { consistencyDelaySeconds: 0 }),
    (cloud) => lambdaService(cloud),
  ]);
  type Subnet = { SubnetId: string; VpcId: string };
  const { Subnets } = await test.call<{ Subnets: Subnet[] }>('ec2', 'DescribeSubnets');
  const { SecurityGroups } = await test.call<{ SecurityGroups: { GroupId: string }[] }>(
    'ec2',
    'DescribeSecurityGroups',
  );
  SubnetIds = Subnets.slice(0, 2).map(({ SubnetId }) => SubnetId);
  SecurityGroupIds = SecurityGroups.slice(0, 1).map(({ GroupId }) => GroupId);
  VpcId = Subnets[0]?.VpcId ?? '';
});
afterEach(() => test.cloud.stop());

it('a function in a VPC says which, until it is taken out of it', async () => {
  expect(VpcId).toMatch(/^vpc-/);
  expect(await create({ SubnetIds, SecurityGroupIds })).toMatchObject({
    VpcConfig: { SubnetIds, SecurityGroupIds, VpcId },
  });
  await active();
  expect(await call('UpdateFunctionConfiguration', { Timeout: 9 })).toMatchObject({ VpcConfig: { VpcId } });
  await active();
  const out = await call('UpdateFunctionConfiguration', { VpcConfig: { SubnetIds: [], SecurityGroupIds: [] } });
  expect(out).not.toHaveProperty('VpcConfig');
});

it.each(['CreateNetworkInterface', 'DescribeNetworkInterfaces', 'DeleteNetworkInterface'])(
  'needs a role that may %s',
  async (operation) => {
    test.denied.add(`ec2:${operation}`);
    expect(await refusal(create({ SubnetIds, SecurityGroupIds }))).toMatchObject({
      code: 'InvalidParameterValueException',
      message: `The provided execution role does not have permissions to call ${operation} on EC2`,
    });
    expect((await refusal(call('GetFunction'))).code).toBe('ResourceNotFoundException');
  },
);

it('asks for interfaces in exactly the subnets and groups of the function', async () => {
  test.checked.length = 0;
  await create({ SubnetIds, SecurityGroupIds });
  const asked = test.checked.filter(({ action }) => action === 'ec2:CreateNetworkInterface');
  expect(asked.map(({ resource }) => resource.split(':').at(-1))).toEqual([
    'network-interface/*',
    ...SubnetIds.map((id) => `subnet/${id}`),
    ...SecurityGroupIds.map((id) => `security-group/${id}`),
  ]);
});

it('asks for the deletion of whatever EC2 has, not of interfaces only', async () => {
  test.checked.length = 0;
  await create({ SubnetIds, SecurityGroupIds });
  const asked = test.checked.filter(({ action }) => action === 'ec2:DeleteNetworkInterface');
  expect(asked.map(({ resource }) => resource)).toEqual([`arn:aws:ec2:us-east-1:${ACCOUNT}:*/*`]);
});

it('takes no subnets or groups that do not exist, and none of two VPCs', async () => {
  const missing = 'subnet-0123456789abcdef0';
  expect((await refusal(create({ SubnetIds: [missing], SecurityGroupIds }))).message).toBe(
    `Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: The subnet ID '${missing}' does not exist`,
  );
  const { GroupId } = await test.call<{ GroupId: string }>('ec2', 'CreateSecurityGroup', {
    GroupName: 'elsewhere',
    Description: 'in another VPC',
    VpcId: (await test.call<{ Vpc: { VpcId: string } }>('ec2', 'CreateVpc', { CidrBlock: '10.9.0.0/16' })).Vpc.VpcId,
  });
  expect((await refusal(create({ SubnetIds, SecurityGroupIds: [GroupId] }))).message).toContain('one VPC');
});
