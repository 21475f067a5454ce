import { expect, test } from 'vitest';
import { roleSession } from '../iam/session.ts';
import { administrator } from '../kernel/cloud.ts';
import type { Caller, OperationInput } from '../kernel/service.ts';
import { outcome, type TestOrganization, testOrganization } from '../organizations/test-cloud.ts';
import { ec2Service } from './service.ts';

const OPERATOR = administrator('111111111111');

/** A session of a new role that may do what the statements say. */
async function roleWith({ cloud }: TestOrganization, ...Statement: object[]): Promise<Caller> {
  const text = (statements: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
  const trust = text([{ Effect: 'Allow', Principal: { AWS: '111111111111' }, Action: 'sts:AssumeRole' }]);
  const create = { RoleName: 'network', AssumeRolePolicyDocument: trust };
  const { Role } = await cloud.call<OperationInput>('iam', 'CreateRole', create, OPERATOR);
  const policy = { RoleName: 'network', PolicyName: 'p', PolicyDocument: text(Statement) };
  await cloud.call('iam', 'PutRolePolicy', policy, OPERATOR);
  const role = { accountId: '111111111111', name: 'network', arn: Role.Arn, id: Role.RoleId };
  return roleSession(role, 'test', cloud.clock.now());
}

test('what is made must carry the tag, and only what carries it may be deleted', async () => {
  const organization = await testOrganization();
  const { cloud } = organization;
  cloud.register(ec2Service(cloud, { consistencyDelaySeconds: 0 }));
  const tagged = (key: string) => ({ StringEquals: { [`aws:${key}/tenant`]: 'acme' } });
  const caller = await roleWith(
    organization,
    { Effect: 'Allow', Action: ['ec2:CreateVpc', 'ec2:CreateTags'], Resource: '*', Condition: tagged('RequestTag') },
    { Effect: 'Allow', Action: 'ec2:DeleteVpc', Resource: 'arn:aws:ec2:*:*:vpc/*', Condition: tagged('ResourceTag') },
  );
  const ec2 = (operation: string, input: object, by = caller) =>
    cloud.call<OperationInput>('ec2', operation, input, by);
  const [{ VpcId: untagged }] = (await ec2('DescribeVpcs', {}, OPERATOR)).Vpcs;
  const CidrBlock = '10.0.0.0/16';
  const TagSpecifications = [{ ResourceType: 'vpc', Tags: [{ Key: 'tenant', Value: 'acme' }] }];
  expect(await outcome(ec2('CreateVpc', { CidrBlock }))).toBe('UnauthorizedOperation');
  const { VpcId } = (await ec2('CreateVpc', { CidrBlock, TagSpecifications })).Vpc;
  expect(await outcome(ec2('DeleteVpc', { VpcId: untagged }))).toBe('UnauthorizedOperation');
  expect(await outcome(ec2('DescribeVpcs', {}))).toBe('UnauthorizedOperation');
  expect(await outcome(ec2('DeleteVpc', { VpcId }))).toBe('ok');
  await cloud.stop();
});

test('tagging at creation needs a permission of its own', async () => {
  const organization = await testOrganization();
  const { cloud } = organization;
  cloud.register(ec2Service(cloud));
  const caller = await roleWith(organization, { Effect: 'Allow', Action: 'ec2:CreateVpc', Resource: '*' });
  const TagSpecifications = [{ ResourceType: 'vpc', Tags: [{ Key: 'tenant', Value: 'acme' }] }];
  const create = (more: object) =>
    outcome(cloud.call('ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16', ...more }, caller));
  expect([await create({}), await create({ TagSpecifications })]).toEqual(['ok', 'UnauthorizedOperation']);
  await cloud.stop();
});

test('what is named by an association is authorized as the route table that it is of', async () => {
  const organization = await testOrganization();
  const { cloud } = organization;
  cloud.register(ec2Service(cloud, { consistencyDelaySeconds: 0 }));
  const caller = await roleWith(organization, {
    Effect: 'Allow',
    Action: 'ec2:DisassociateRouteTable',
    Resource: 'arn:aws:ec2:*:*:route-table/*',
  });
  const ec2 = (operation: string, input: object) => cloud.call<OperationInput>('ec2', operation, input, OPERATOR);
  const { VpcId } = (await ec2('CreateVpc', { CidrBlock: '10.0.0.0/16' })).Vpc;
  const { SubnetId } = (await ec2('CreateSubnet', { VpcId, CidrBlock: '10.0.0.0/24' })).Subnet;
  const { RouteTableId } = (await ec2('CreateRouteTable', { VpcId })).RouteTable;
  const { AssociationId } = await ec2('AssociateRouteTable', { RouteTableId, SubnetId });
  expect(await outcome(cloud.call('ec2', 'DisassociateRouteTable', { AssociationId }, caller))).toBe('ok');
  await cloud.stop();
});
