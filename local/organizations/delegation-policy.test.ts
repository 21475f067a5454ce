import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Caller, OperationInput } from '../kernel/service.ts';
import { outcome, type TestOrganization, testOrganization } from './test-cloud.ts';

let organization: TestOrganization;
let member: string;

beforeEach(async () => {
  organization = await testOrganization();
  member = await organization.account('platform');
});

afterEach(() => organization.cloud.stop());

const put = (Action: string | string[], more: object = {}) => {
  const statement = { Effect: 'Allow', Principal: { AWS: member }, Action, Resource: '*', ...more };
  const Content = JSON.stringify({ Version: '2012-10-17', Statement: statement });
  return organization.call('PutResourcePolicy', { Content });
};

/** A role of the platform account with this identity policy. */
async function worker(Action: string[]): Promise<Caller> {
  const owner: Caller = {
    kind: 'administrator',
    accountId: member,
    arn: `arn:aws:iam::${member}:root`,
    userId: member,
  };
  const iam = (operation: string, input: object): Promise<OperationInput> =>
    organization.cloud.call('iam', operation, input, owner);
  const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const Principal = { Service: 'lambda.amazonaws.com' };
  const AssumeRolePolicyDocument = document({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });
  const { Role } = await iam('CreateRole', { RoleName: 'worker', AssumeRolePolicyDocument });
  const PolicyDocument = document({ Effect: 'Allow', Action, Resource: '*' });
  await iam('PutRolePolicy', { RoleName: 'worker', PolicyName: 'p', PolicyDocument });
  return organization.cloud.identity.serviceRole(Role.Arn, 'lambda.amazonaws.com', 'test');
}

test('the policy and the role have both to allow, and nothing else goes', async () => {
  const { call, rootId } = organization;
  const role = await worker(['organizations:ListAccounts', 'organizations:ListRoots', 'organizations:TagResource']);
  const may = (operation: string, input: object = {}) => outcome(call(operation, input, role));
  const Tags = [{ Key: 'tenant', Value: 'acme' }];
  expect(await may('ListAccounts')).toBe('AccessDeniedException');
  await put(['organizations:ListAccounts', 'organizations:ListParents', 'organizations:TagResource']);
  expect(await may('ListAccounts')).toBe('ok');
  expect(await may('TagResource', { ResourceId: member, Tags })).toBe('ok');
  // Allowed by the role alone, by the policy alone.
  expect(await may('ListRoots')).toBe('AccessDeniedException');
  expect(await may('ListParents', { ChildId: member })).toBe('AccessDeniedException');
  await put('organizations:TagResource', { Resource: `arn:aws:organizations::111111111111:account/*` });
  expect(await may('ListAccounts')).toBe('AccessDeniedException');
  expect(await may('TagResource', { ResourceId: member, Tags })).toBe('ok');
  expect(await may('TagResource', { ResourceId: rootId, Tags })).toBe('AccessDeniedException');
});

test('tags can be bound by condition', async () => {
  const role = await worker(['organizations:TagResource']);
  await put('organizations:TagResource', {
    Condition: { 'ForAllValues:StringLike': { 'aws:TagKeys': ['tenantry:*'] } },
  });
  const tag = (Key: string) =>
    outcome(organization.call('TagResource', { ResourceId: member, Tags: [{ Key, Value: 'x' }] }, role));
  expect(await tag('tenantry:tenant')).toBe('ok');
  expect(await tag('owner')).toBe('AccessDeniedException');
});

test('what only the management account does stays with it, whatever the role may do', async () => {
  const { call, rootId } = organization;
  await put(['organizations:List*', 'organizations:Describe*', 'organizations:TagResource']);
  const role = await worker(['organizations:*']);
  const move = { AccountId: member, SourceParentId: rootId, DestinationParentId: rootId };
  const results = [
    await outcome(call('CreateAccount', { AccountName: 'x', Email: 'x@example.com' }, role)),
    await outcome(call('MoveAccount', move, role)),
    await outcome(call('CloseAccount', { AccountId: member }, role)),
    await outcome(call('CreateOrganizationalUnit', { ParentId: rootId, Name: 'x' }, role)),
    await outcome(call('DeleteResourcePolicy', {}, role)),
  ];
  expect(results).toEqual(Array.from({ length: 5 }, () => 'AccessDeniedException'));
});

test.each([
  ['organizations:CreateAccount', {}, 'UNSUPPORTED_ACTION_IN_RESOURCE_POLICY'],
  ['organizations:MoveAccount', {}, 'UNSUPPORTED_ACTION_IN_RESOURCE_POLICY'],
  ['organizations:*', {}, 'UNSUPPORTED_ACTION_IN_RESOURCE_POLICY'],
  ['s3:GetObject', {}, 'UNSUPPORTED_ACTION_IN_RESOURCE_POLICY'],
  ['organizations:ListAccounts', { Principal: { AWS: '888888888888' } }, 'INVALID_PRINCIPAL'],
  ['organizations:ListAccounts', { Principal: '*' }, 'INVALID_PRINCIPAL'],
  ['organizations:ListAccounts', { Resource: 'arn:aws:s3:::b' }, 'UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY'],
  [
    'organizations:ListAccounts',
    { Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } },
    'INVALID_RESOURCE_POLICY_JSON',
  ],
])('%s %j is refused: %s', async (Action, more, reason) => {
  expect(await outcome(put(Action, more))).toBe(`InvalidInputException ${reason}`);
});

test('NotAction and NotResource are refused', async () => {
  const write = (statement: object) => {
    const Statement = [{ Effect: 'Allow', Principal: { AWS: member }, ...statement }];
    return outcome(organization.call('PutResourcePolicy', { Content: JSON.stringify({ Statement }) }));
  };
  const refused = 'InvalidInputException INVALID_RESOURCE_POLICY_JSON';
  expect(await write({ NotAction: 'organizations:CloseAccount', Resource: '*' })).toBe(refused);
  expect(await write({ Action: 'organizations:ListRoots', NotResource: 'arn:aws:organizations::1:root/*' })).toBe(
    refused,
  );
});
