import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { administrator } from '../kernel/cloud.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Caller, OperationInput } from '../kernel/service.ts';
import { MANAGEMENT, type TestOrganization, testOrganization } from './test-cloud.ts';

const TEARDOWN = 'tenantry-teardown';

/** A fence as an organization writes it: nothing goes but what the teardown role does. */
const QUARANTINE = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: { ArnNotLike: { 'aws:PrincipalArn': `arn:aws:iam::*:role/tenantry/${TEARDOWN}` } },
    },
  ],
};
/** Regions by list; what has no region goes everywhere. */
const REGIONS = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Deny',
      NotAction: ['iam:*', 'organizations:*', 'sts:*'],
      Resource: '*',
      Condition: { StringNotEquals: { 'aws:RequestedRegion': ['us-east-1', 'eu-central-1'] } },
    },
  ],
};

let organization: TestOrganization;
let member: string;
let unit: string;

beforeEach(async () => {
  organization = await testOrganization({ consistencyDelaySeconds: 2 });
  member = await organization.account('member');
  const made = await organization.call('CreateOrganizationalUnit', { ParentId: organization.rootId, Name: 'fenced' });
  unit = made.OrganizationalUnit.Id;
});

afterEach(() => organization.cloud.stop());

async function fence(content: object): Promise<void> {
  const { call } = organization;
  const policy = { Name: 'fence', Description: '', Type: 'SERVICE_CONTROL_POLICY', Content: JSON.stringify(content) };
  const { Policy } = await call('CreatePolicy', policy);
  await call('AttachPolicy', { PolicyId: Policy.PolicySummary.Id, TargetId: unit });
}

async function move(from: string, to: string): Promise<void> {
  await organization.call('MoveAccount', { AccountId: member, SourceParentId: from, DestinationParentId: to });
}

/** An administrator of the member account that trusts whom it says. */
async function role(RoleName: string, Principal: object, Path = '/'): Promise<string> {
  const owner = administrator(member);
  const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const AssumeRolePolicyDocument = document({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });
  const iam = (operation: string, input: object): Promise<OperationInput> =>
    organization.cloud.call('iam', operation, input, owner);
  const { Role } = await iam('CreateRole', { RoleName, Path, AssumeRolePolicyDocument });
  const PolicyDocument = document({ Effect: 'Allow', Action: '*', Resource: '*' });
  await iam('PutRolePolicy', { RoleName, PolicyName: 'all', PolicyDocument });
  return Role.Arn;
}

/** "ok", or the refusal's own words. */
async function listRoles(caller: Caller, region = 'us-east-1'): Promise<string> {
  return refusal(() => organization.cloud.call('iam', 'ListRoles', {}, caller, { region }));
}

async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'ok';
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return error.message;
  }
}

const session = (arn: string, service: string) => organization.cloud.identity.serviceRole(arn, service, 'test');
const DENIED = /with an explicit deny in a service control policy$/;

describe('an explicit deny on a unit', () => {
  test('binds every role of the accounts in it, but the one that the condition excepts', async () => {
    await fence(QUARANTINE);
    const cloudformation = await role('deployer', { Service: 'cloudformation.amazonaws.com' });
    const lambda = { Service: 'lambda.amazonaws.com' };
    const teardown = await role(TEARDOWN, lambda, '/tenantry/');
    // The name alone is not enough: the path is part of it.
    const lookalike = await role(`${TEARDOWN}-2`, lambda, '/');
    await move(organization.rootId, unit);
    await organization.cloud.clock.sleep(2_000);

    expect(await listRoles(session(cloudformation, 'cloudformation.amazonaws.com'))).toMatch(DENIED);
    expect(await listRoles(session(lookalike, 'lambda.amazonaws.com'))).toMatch(DENIED);
    expect(await listRoles(session(teardown, 'lambda.amazonaws.com'))).toBe('ok');
    // The account's own root user, too.
    expect(await listRoles(administrator(member))).toMatch(DENIED);
    expect(await listRoles(MANAGEMENT)).toBe('ok');
  });

  test('binds the role that the management account comes in by', async () => {
    await fence(QUARANTINE);
    const owner = administrator(member);
    const { Role } = await organization.cloud.call<OperationInput>(
      'iam',
      'GetRole',
      { RoleName: 'OrganizationAccountAccessRole' },
      owner,
    );
    const access: Caller = {
      kind: 'role',
      accountId: member,
      arn: `arn:aws:sts::${member}:assumed-role/OrganizationAccountAccessRole/test`,
      userId: `${Role.RoleId}:test`,
      roleArn: Role.Arn,
    };
    expect(await listRoles(access)).toBe('ok');
    await move(organization.rootId, unit);
    await organization.cloud.clock.sleep(2_000);
    expect(await listRoles(access)).toMatch(DENIED);
  });

  test('does not bind service-linked roles', async () => {
    await fence(QUARANTINE);
    await move(organization.rootId, unit);
    const linked: Caller = {
      kind: 'role',
      accountId: member,
      arn: `arn:aws:sts::${member}:assumed-role/AWSServiceRoleForAmazonEKS/test`,
      userId: 'AROA:test',
      roleArn: `arn:aws:iam::${member}:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS`,
    };
    await organization.cloud.clock.sleep(2_000);
    // It has no policy here, which is another reason than the fence.
    expect(await listRoles(linked)).toMatch(/no identity-based policy allows/);
  });

  test('holds a moment after the account has moved in, and no longer a moment after it has moved out', async () => {
    await fence(QUARANTINE);
    const owner = administrator(member);
    await organization.cloud.clock.sleep(2_000);
    await move(organization.rootId, unit);
    expect(await listRoles(owner)).toBe('ok');
    await organization.cloud.clock.sleep(2_000);
    expect(await listRoles(owner)).toMatch(DENIED);
    await move(unit, organization.rootId);
    expect(await listRoles(owner)).toMatch(DENIED);
    await organization.cloud.clock.sleep(2_000);
    expect(await listRoles(owner)).toBe('ok');
  });

  test('by region leaves global services alone', async () => {
    await fence(REGIONS);
    const arn = await role('worker', { Service: 'lambda.amazonaws.com' });
    await move(organization.rootId, unit);
    await organization.cloud.clock.sleep(2_000);
    const worker = session(arn, 'lambda.amazonaws.com');
    const check = (action: string, region: string) =>
      refusal(() =>
        organization.cloud.identity.authorize(worker, [{ action, resource: '*' }], {
          region,
          service: action.split(':')[0] ?? '',
        }),
      );
    expect(await check('sqs:CreateQueue', 'us-east-1')).toBe('ok');
    expect(await check('sqs:CreateQueue', 'eu-central-1')).toBe('ok');
    expect(await check('sqs:CreateQueue', 'ap-south-1')).toMatch(DENIED);
    expect(await check('iam:CreateRole', 'ap-south-1')).toBe('ok');
    // A global service is asked in us-east-1 wherever the client is.
    expect(await check('budgets:ViewBudget', 'ap-south-1')).toBe('ok');
  });
});

test('trust can be bound to the organization, and to a unit of it', async () => {
  const { cloud, call, rootId } = organization;
  const owner = administrator('111111111111');
  const { Organization } = await call('DescribeOrganization');
  const trusting = async (RoleName: string, Condition: object) => {
    const Statement = [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole', Condition }];
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    const input = { RoleName, AssumeRolePolicyDocument };
    const { Role } = await cloud.call<OperationInput>('iam', 'CreateRole', input, owner);
    return Role.Arn;
  };
  const within = await trusting('within', { StringEquals: { 'aws:PrincipalOrgID': Organization.Id } });
  const below = await trusting('below', {
    'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': `${Organization.Id}/${rootId}/${unit}/*` },
  });
  const assume = (RoleArn: string, caller: Caller) =>
    refusal(() => cloud.call('sts', 'AssumeRole', { RoleArn, RoleSessionName: 'test' }, caller));
  const own = administrator(member);
  expect(await assume(within, own)).toBe('ok');
  expect(await assume(within, administrator('888888888888'))).toMatch(/is not authorized to perform: sts:AssumeRole/);
  expect(await assume(below, own)).toMatch(/is not authorized to perform: sts:AssumeRole/);
  await move(rootId, unit);
  await cloud.clock.sleep(2_000);
  expect(await assume(below, own)).toBe('ok');
});
