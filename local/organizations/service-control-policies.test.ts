import { expect, test } from 'vitest';
import { administrator } from '../kernel/cloud.ts';
import { serviceControlPoliciesOf } from './service-control-policies.ts';
import { outcome, type TestOrganization, testOrganization } from './test-cloud.ts';

const denying = (Action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action, Resource: '*' }] });

async function policy({ call }: TestOrganization, Name: string, Content: string): Promise<string> {
  const { Policy } = await call('CreatePolicy', {
    Name,
    Content,
    Description: '',
    Type: 'SERVICE_CONTROL_POLICY',
  });
  return Policy.PolicySummary.Id;
}

test('policies bind members wherever they are attached, and never the management account', async () => {
  const organization = await testOrganization();
  const { cloud, call, account, rootId } = organization;
  const id = await account('member');
  const list = (caller = administrator(id)) => outcome(cloud.call('iam', 'ListRoles', {}, caller));
  const PolicyId = await policy(organization, 'no-roles', denying('iam:ListRoles'));
  expect(await list()).toBe('ok');
  await call('AttachPolicy', { PolicyId, TargetId: rootId });
  expect(await list()).toBe('AccessDenied');
  expect(await list(administrator('111111111111'))).toBe('ok');
  await call('DetachPolicy', { PolicyId, TargetId: rootId });
  expect(await list()).toBe('ok');
  await call('AttachPolicy', { PolicyId, TargetId: id });
  expect(await list()).toBe('AccessDenied');
  await cloud.stop();
});

test('the levels go from the root to the account, and follow it when it moves', async () => {
  const organization = await testOrganization();
  const { cloud, call, account, rootId } = organization;
  const id = await account('member');
  const { OrganizationalUnit } = await call('CreateOrganizationalUnit', { ParentId: rootId, Name: 'quarantine' });
  const text = denying('ec2:*');
  const PolicyId = await policy(organization, 'no-ec2', text);
  await call('AttachPolicy', { PolicyId, TargetId: OrganizationalUnit.Id });
  const full = expect.stringContaining('"Allow"');
  expect(serviceControlPoliciesOf(cloud, id)).toEqual([[full], [full]]);
  await call('MoveAccount', {
    AccountId: id,
    SourceParentId: rootId,
    DestinationParentId: OrganizationalUnit.Id,
  });
  expect(serviceControlPoliciesOf(cloud, id)).toEqual([[full], [full, text], [full]]);
  expect(serviceControlPoliciesOf(cloud, '111111111111')).toBeUndefined();
  expect(serviceControlPoliciesOf(cloud, '999999999999')).toBeUndefined();
  await cloud.stop();
});

test('a change takes effect a moment later', async () => {
  const organization = await testOrganization({ consistencyDelaySeconds: 600 });
  const { cloud, call, account } = organization;
  const id = await account('member');
  const levels = () => JSON.stringify(serviceControlPoliciesOf(cloud, id));
  await cloud.clock.sleep(600_000);
  const PolicyId = await policy(organization, 'no-ec2', denying('ec2:*'));
  await call('AttachPolicy', { PolicyId, TargetId: id });
  expect(levels()).not.toContain('Deny');
  await cloud.clock.sleep(600_000);
  expect(levels()).toContain('Deny');
  await call('DetachPolicy', { PolicyId, TargetId: id });
  await call('DeletePolicy', { PolicyId });
  expect(levels()).toContain('Deny');
  await cloud.clock.sleep(600_000);
  expect(levels()).not.toContain('Deny');
  await cloud.stop();
});

test('one to ten policies are attached to anything', async () => {
  const organization = await testOrganization();
  const { cloud, call, account } = organization;
  const TargetId = await account('member');
  const detach = (PolicyId: string) => outcome(call('DetachPolicy', { PolicyId, TargetId }));
  expect(await detach('p-FullAWSAccess')).toBe(
    'ConstraintViolationException MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED',
  );
  const ids: string[] = [];
  for (let index = 0; index < 10; index++) ids.push(await policy(organization, `p${index}`, denying('ec2:*')));
  const outcomes: string[] = [];
  for (const PolicyId of ids) outcomes.push(await outcome(call('AttachPolicy', { PolicyId, TargetId })));
  expect(outcomes.filter((each) => each === 'ok')).toHaveLength(9);
  expect(outcomes.at(-1)).toBe('ConstraintViolationException MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED');
  expect(await outcome(call('AttachPolicy', { PolicyId: ids[0], TargetId }))).toBe(
    'DuplicatePolicyAttachmentException',
  );
  expect(await outcome(call('DeletePolicy', { PolicyId: ids[0] }))).toBe('PolicyInUseException');
  expect(await detach('p-FullAWSAccess')).toBe('ok');
  expect(await detach('p-FullAWSAccess')).toBe('PolicyNotAttachedException');
  await cloud.stop();
});

test('policies are checked when they are written', async () => {
  const organization = await testOrganization();
  const { cloud, call } = organization;
  const write = (Content: string) => outcome(policy(organization, 'p', Content));
  expect(await write('{}')).toBe('MalformedPolicyDocumentException');
  expect(await write(denying('ec2:*').replace('}]', ',"Principal":"*"}]'))).toBe('MalformedPolicyDocumentException');
  expect(await write(denying('ec2:*').padEnd(10_241))).toBe(
    'ConstraintViolationException POLICY_CONTENT_LIMIT_EXCEEDED',
  );
  expect(await write(denying('ec2:*').padEnd(10_240))).toBe('ok');
  expect(await write(denying('ec2:*'))).toBe('DuplicatePolicyException');
  expect(await outcome(call('DeletePolicy', { PolicyId: 'p-FullAWSAccess' }))).toBe(
    'InvalidInputException IMMUTABLE_POLICY',
  );
  await cloud.stop();
});

test('switched off, the policies bind nobody; switched on, they start from full access', async () => {
  const organization = await testOrganization();
  const { cloud, call, account, rootId } = organization;
  const id = await account('member');
  const PolicyId = await policy(organization, 'no-ec2', denying('ec2:*'));
  await call('AttachPolicy', { PolicyId, TargetId: rootId });
  const type = { RootId: rootId, PolicyType: 'SERVICE_CONTROL_POLICY' };
  expect(await outcome(call('EnablePolicyType', type))).toBe('PolicyTypeAlreadyEnabledException');
  await call('DisablePolicyType', type);
  expect(serviceControlPoliciesOf(cloud, id)).toBeUndefined();
  expect(await outcome(call('AttachPolicy', { PolicyId, TargetId: rootId }))).toBe('PolicyTypeNotEnabledException');
  await call('EnablePolicyType', type);
  const { Targets } = await call('ListTargetsForPolicy', { PolicyId: 'p-FullAWSAccess' });
  expect(Targets).toHaveLength(3);
  expect(JSON.stringify(serviceControlPoliciesOf(cloud, id))).not.toContain('Deny');
  await cloud.stop();
});
