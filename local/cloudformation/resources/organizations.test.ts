import { afterEach, expect, test } from 'vitest';
import { administrator } from '../../kernel/cloud.ts';
import type { Caller, OperationInput } from '../../kernel/service.ts';
import { MANAGEMENT, outcome, type TestOrganization, testOrganization } from '../../organizations/test-cloud.ts';
import { cloudformationService } from '../service.ts';

let running: TestOrganization | undefined;

afterEach(async () => {
  await running?.cloud.stop();
  running = undefined;
});

async function start(options: Parameters<typeof testOrganization>[0] = {}) {
  const organization = await testOrganization(options);
  running = organization;
  const { cloud, call } = organization;
  cloud.register(cloudformationService(cloud, { durations: 'none' }));
  const stacks = (operation: string, input: object, caller: Caller = MANAGEMENT) =>
    cloud.call<OperationInput>('cloudformation', operation, input, caller);
  const settled = async (StackName: string, caller: Caller = MANAGEMENT): Promise<OperationInput> => {
    for (;;) {
      const [stack] = (await stacks('DescribeStacks', { StackName }, caller)).Stacks;
      if (!stack.StackStatus.endsWith('_IN_PROGRESS')) return stack;
      await cloud.clock.sleep(500);
    }
  };
  const deploy = async (operation: 'CreateStack' | 'UpdateStack', resources: object, caller: Caller = MANAGEMENT) => {
    const Outputs = Object.fromEntries(Object.keys(resources).map((id) => [id, { Value: { Ref: id } }]));
    const TemplateBody = JSON.stringify({ Resources: resources, Outputs });
    const { StackId } = await stacks(operation, { StackName: 'units', TemplateBody }, caller);
    const stack = await settled(StackId, caller);
    const outputs = (stack.Outputs ?? []).map(({ OutputKey, OutputValue }: OperationInput) => [OutputKey, OutputValue]);
    return { status: stack.StackStatus, id: StackId, refs: Object.fromEntries(outputs) as Record<string, string> };
  };
  const reasons = async (StackName: string, caller: Caller = MANAGEMENT): Promise<string> => {
    const { StackEvents } = await stacks('DescribeStackEvents', { StackName }, caller);
    return StackEvents.map((event: OperationInput) => event.ResourceStatusReason ?? '').join('\n');
  };
  return { ...organization, call, stacks, settled, deploy, reasons };
}

const unit = (Name: string, ParentId: unknown, more: object = {}) => ({
  Type: 'AWS::Organizations::OrganizationalUnit',
  Properties: { Name, ParentId, ...more },
});
const deny = (Action: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action, Resource: '*' }],
});
const policy = (Name: string, Content: unknown, TargetIds: unknown[], more: object = {}) => ({
  Type: 'AWS::Organizations::Policy',
  Properties: { Name, Type: 'SERVICE_CONTROL_POLICY', Content, TargetIds, ...more },
});
const delegation = (account: string, Action: string[]) => ({
  Type: 'AWS::Organizations::ResourcePolicy',
  Properties: {
    Content: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action, Resource: '*' }],
    },
  },
});

test('units and their policies, changed and removed, under AWS rates', async () => {
  const { call, deploy, stacks, settled, rootId } = await start({ throttling: true, consistencyDelaySeconds: 2 });
  const tree = {
    Top: unit('tenantry', rootId, { Tags: [{ Key: 'by', Value: 'stack' }] }),
    Pool: unit('Pool', { Ref: 'Top' }),
    Tenants: unit('Tenants', { Ref: 'Top' }),
    Quarantine: unit('Quarantine', { 'Fn::GetAtt': ['Top', 'Id'] }),
  };
  const made = await deploy('CreateStack', {
    ...tree,
    Leave: policy('leave', deny('organizations:LeaveOrganization'), [{ Ref: 'Pool' }, { Ref: 'Tenants' }]),
    Text: policy('text', JSON.stringify(deny('ec2:*')), [{ Ref: 'Quarantine' }]),
  });
  expect(made.status).toBe('CREATE_COMPLETE');
  const { Pool, Tenants, Quarantine, Leave = '', Text, Top = '' } = made.refs;
  expect(Leave).toMatch(/^p-/);
  expect((await call('ListTagsForResource', { ResourceId: Top })).Tags).toContainEqual({ Key: 'by', Value: 'stack' });
  const targets = async (PolicyId: string | undefined) =>
    (await call('ListTargetsForPolicy', { PolicyId })).Targets.map(({ TargetId }: OperationInput) => TargetId).sort();
  expect(await targets(Leave)).toEqual([Pool, Tenants].sort());
  expect(await targets(Text)).toEqual([Quarantine]);

  const changed = await deploy('UpdateStack', {
    ...tree,
    Pool: unit('Stock', { Ref: 'Top' }),
    Leave: policy('stay', deny('organizations:Leave*'), [{ Ref: 'Tenants' }, { Ref: 'Quarantine' }]),
  });
  expect(changed).toMatchObject({ status: 'UPDATE_COMPLETE', refs: { Pool, Leave } });
  expect(await targets(Leave)).toEqual([Tenants, Quarantine].sort());
  const { Policy } = await call('DescribePolicy', { PolicyId: Leave });
  expect([Policy.PolicySummary.Name, Policy.Content]).toEqual(['stay', JSON.stringify(deny('organizations:Leave*'))]);
  expect(await outcome(call('DescribePolicy', { PolicyId: Text }))).toBe('PolicyNotFoundException');
  expect((await call('DescribeOrganizationalUnit', { OrganizationalUnitId: Pool })).OrganizationalUnit.Name).toBe(
    'Stock',
  );

  await stacks('DeleteStack', { StackName: 'units' });
  expect((await settled(made.id)).StackStatus).toBe('DELETE_COMPLETE');
  expect((await call('ListOrganizationalUnitsForParent', { ParentId: rootId })).OrganizationalUnits).toEqual([]);
});

test('a unit that holds an account is not deleted', async () => {
  const { call, account, deploy, stacks, settled, reasons, rootId } = await start();
  const made = await deploy('CreateStack', { Pool: unit('Pool', rootId) });
  await call('MoveAccount', {
    AccountId: await account('held'),
    SourceParentId: rootId,
    DestinationParentId: made.refs['Pool'],
  });
  await stacks('DeleteStack', { StackName: 'units' });
  expect((await settled(made.id)).StackStatus).toBe('DELETE_FAILED');
  expect(await reasons(made.id)).toContain('The specified organizational unit is not empty.');
});

test('an organization has one resource policy', async () => {
  const { call, account, deploy, reasons } = await start();
  const id = await account('platform');
  const member = administrator(id);
  const made = await deploy('CreateStack', { Policy: delegation(id, ['organizations:ListAccounts']) });
  expect(made.refs['Policy']).toMatch(/^rp-/);
  expect(await outcome(call('ListAccounts', {}, member))).toBe('ok');
  await deploy('UpdateStack', { Policy: delegation(id, ['organizations:ListRoots']) });
  expect(await outcome(call('ListAccounts', {}, member))).toBe('AccessDeniedException');
  expect(await outcome(call('ListRoots', {}, member))).toBe('ok');
  const second = await deploy('UpdateStack', {
    Policy: delegation(id, ['organizations:ListRoots']),
    Second: delegation(id, ['organizations:ListAccounts']),
  });
  expect(second.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await reasons(made.id)).toContain('AlreadyExists');
  expect(await outcome(call('ListRoots', {}, member))).toBe('ok');
});

test('a member account makes none of them', async () => {
  const { account, deploy, reasons, rootId } = await start();
  const member = administrator(await account('member'));
  const made = await deploy('CreateStack', { Pool: unit('Pool', rootId) }, member);
  expect(made.status).toBe('ROLLBACK_COMPLETE');
  expect(await reasons(made.id, member)).toContain('HandlerErrorCode: AccessDenied');
});

test('a service role of another account is refused', async () => {
  const { cloud, account, stacks, settled, rootId } = await start();
  const member = administrator(await account('member'));
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'cloudformation.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  const { Role } = await cloud.call<OperationInput>(
    'iam',
    'CreateRole',
    { RoleName: 'deployer', AssumeRolePolicyDocument: JSON.stringify(trust) },
    MANAGEMENT,
  );
  const TemplateBody = JSON.stringify({ Resources: { Pool: unit('Pool', rootId) } });
  const create = (StackName: string, caller: Caller) =>
    stacks('CreateStack', { StackName, TemplateBody, RoleARN: Role.Arn }, caller);
  await expect(create('foreign', member)).rejects.toMatchObject({
    code: 'AccessDenied',
    message: 'Cross-account pass role is not allowed.',
  });
  expect(await outcome(create('own', MANAGEMENT))).toBe('ok');
  // The role has no permissions: it is passed, and can do nothing.
  expect((await settled('own')).StackStatus).toBe('ROLLBACK_COMPLETE');
});
