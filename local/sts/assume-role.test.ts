import { describe, expect, it } from 'vitest';
import { temporaryCredentials } from '../iam/temporary-credentials.ts';
import { OPERATOR, policyText, QUEUE, testCloud, trustOf } from '../iam/test-cloud.ts';
import type { RunningCloud } from '../kernel/cloud.ts';
import type { Caller } from '../kernel/service.ts';

const OTHER: Caller = {
  ...OPERATOR,
  accountId: '222222222222',
  arn: 'arn:aws:iam::222222222222:root',
  userId: '222222222222',
};
const ROLE = 'arn:aws:iam::111111111111:role/target';

/** Account 111111111111 has the role `target` with this trust policy and full access to SQS. */
async function cloudWithTarget(trust: string, more: object = {}) {
  const cloud = testCloud();
  await cloud.call('iam', 'CreateRole', { RoleName: 'target', AssumeRolePolicyDocument: trust, ...more }, OPERATOR);
  const PolicyDocument = policyText({ Effect: 'Allow', Action: 'sqs:*', Resource: '*' });
  await cloud.call('iam', 'PutRolePolicy', { RoleName: 'target', PolicyName: 'sqs', PolicyDocument }, OPERATOR);
  return cloud;
}

function assume(cloud: RunningCloud, caller: Caller, more: object = {}) {
  return cloud.call('sts', 'AssumeRole', { RoleArn: ROLE, RoleSessionName: 'session', ...more }, caller);
}

/** The caller that these credentials stand for. */
function sessionOf(cloud: RunningCloud, answer: { Credentials: { AccessKeyId: string; SessionToken: string } }) {
  const opened = temporaryCredentials(cloud).open(answer.Credentials.AccessKeyId, answer.Credentials.SessionToken);
  if (!opened) throw new Error('the credentials were not issued here');
  return opened.caller;
}

describe('AssumeRole', () => {
  it('gives a session of the role', async () => {
    const cloud = await cloudWithTarget(trustOf('111111111111'));
    const answer = await assume(cloud, OPERATOR, { DurationSeconds: '900' });
    expect(answer.AssumedRoleUser.Arn).toBe('arn:aws:sts::111111111111:assumed-role/target/session');
    expect(answer.AssumedRoleUser.AssumedRoleId).toMatch(/^AROA\w+:session$/);
    const left = answer.Credentials.Expiration.getTime() - cloud.clock.now();
    expect(left).toBeGreaterThan(898_000);
    expect(left).toBeLessThanOrEqual(900_000);
    const session = sessionOf(cloud, answer);
    await expect(cloud.call('sts', 'GetCallerIdentity', {}, session)).resolves.toEqual({
      UserId: answer.AssumedRoleUser.AssumedRoleId,
      Account: '111111111111',
      Arn: answer.AssumedRoleUser.Arn,
    });
    await expect(
      cloud.call('sts', 'GetAccessKeyInfo', { AccessKeyId: answer.Credentials.AccessKeyId }, OPERATOR),
    ).resolves.toEqual({ Account: '111111111111' });
  });

  it('refuses alike a role that does not trust the caller and one that does not exist', async () => {
    const cloud = await cloudWithTarget(trustOf('lambda.amazonaws.com'));
    const refused = (arn: string) => ({
      code: 'AccessDenied',
      status: 403,
      message: `User: ${OPERATOR.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    });
    await expect(assume(cloud, OPERATOR)).rejects.toMatchObject(refused(ROLE));
    const nobody = 'arn:aws:iam::111111111111:role/nobody';
    await expect(assume(cloud, OPERATOR, { RoleArn: nobody })).rejects.toMatchObject(refused(nobody));
  });

  it('crosses accounts with the right external id only', async () => {
    const cloud = await cloudWithTarget(trustOf('222222222222', { StringEquals: { 'sts:ExternalId': 'tenantry-7' } }));
    await expect(assume(cloud, OTHER, { ExternalId: 'tenantry-7' })).resolves.toBeDefined();
    await expect(assume(cloud, OTHER, { ExternalId: 'tenantry-8' })).rejects.toMatchObject({ code: 'AccessDenied' });
    await expect(assume(cloud, OTHER)).rejects.toMatchObject({ code: 'AccessDenied' });
    await expect(assume(cloud, OPERATOR, { ExternalId: 'tenantry-7' })).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  it('needs the permission of a caller whose account alone is trusted', async () => {
    const cloud = await cloudWithTarget(trustOf('111111111111'));
    const lambda = 'lambda.amazonaws.com';
    await cloud.call('iam', 'CreateRole', { RoleName: 'worker', AssumeRolePolicyDocument: trustOf(lambda) }, OPERATOR);
    const worker = cloud.identity.serviceRole('arn:aws:iam::111111111111:role/worker', lambda, 's');
    await expect(assume(cloud, worker)).rejects.toThrow(
      /because no identity-based policy allows the sts:AssumeRole action/,
    );
    const PolicyDocument = policyText({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: ROLE });
    await cloud.call('iam', 'PutRolePolicy', { RoleName: 'worker', PolicyName: 'assume', PolicyDocument }, OPERATOR);
    await expect(assume(cloud, worker)).resolves.toBeDefined();
    await expect(assume(cloud, worker, { Tags: [{ Key: 'tenant', Value: 'acme' }] })).rejects.toThrow(
      /not authorized to perform: sts:TagSession/,
    );
  });

  it('keeps to the durations of the role and of a chain', async () => {
    const cloud = await cloudWithTarget(trustOf('111111111111'), { MaxSessionDuration: 7200 });
    await expect(assume(cloud, OPERATOR, { DurationSeconds: 7200 })).resolves.toBeDefined();
    await expect(assume(cloud, OPERATOR, { DurationSeconds: 7201 })).rejects.toMatchObject({
      code: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    });
    await expect(assume(cloud, OPERATOR, { DurationSeconds: 60 })).rejects.toThrow(/greater than or equal to 900/);
    const PolicyDocument = policyText({ Effect: 'Allow', Action: 'sts:*', Resource: '*' });
    await cloud.call('iam', 'PutRolePolicy', { RoleName: 'target', PolicyName: 'sts', PolicyDocument }, OPERATOR);
    const session = sessionOf(cloud, await assume(cloud, OPERATOR));
    await expect(assume(cloud, session, { DurationSeconds: 3600 })).resolves.toBeDefined();
    await expect(assume(cloud, session, { DurationSeconds: 3601 })).rejects.toThrow(/1 hour session limit/);
  });

  it('narrows a session by its session policies', async () => {
    const cloud = await cloudWithTarget(trustOf('111111111111'));
    const Policy = policyText({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE });
    const answer = await assume(cloud, OPERATOR, { Policy });
    expect(answer.PackedPolicySize).toBe(Math.ceil((Policy.length / 2048) * 100));
    const session = sessionOf(cloud, answer);
    await expect(cloud.call('sqs', 'SendMessage', { queue: QUEUE }, session)).resolves.toBeDefined();
    await expect(cloud.call('sqs', 'SendMessage', { queue: `${QUEUE}-other` }, session)).rejects.toThrow(
      /because no session policy allows the sqs:SendMessage action/,
    );
    await expect(assume(cloud, OPERATOR, { Policy: '{}' })).rejects.toMatchObject({ code: 'MalformedPolicyDocument' });
  });

  it('carries session tags into policies, and the transitive ones and the source identity down a chain', async () => {
    const cloud = await cloudWithTarget(trustOf('111111111111'));
    const own = policyText(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
      { Effect: 'Allow', Action: 'sqs:*', Resource: 'arn:aws:sqs:*:*:${aws:PrincipalTag/tenant}' },
      { Effect: 'Allow', Action: 'sts:*', Resource: '*' },
    );
    await cloud.call('iam', 'PutRolePolicy', { RoleName: 'target', PolicyName: 'sqs', PolicyDocument: own }, OPERATOR);
    const Tags = [
      { Key: 'tenant', Value: 'orders' },
      { Key: 'short', Value: 'lived' },
    ];
    const first = await assume(cloud, OPERATOR, { Tags, TransitiveTagKeys: ['tenant'], SourceIdentity: 'ann' });
    const session = sessionOf(cloud, first);
    await expect(cloud.call('sqs', 'SendMessage', { queue: QUEUE }, session)).resolves.toBeDefined();
    const second = await assume(cloud, session);
    expect(second.SourceIdentity).toBe('ann');
    const chained = sessionOf(cloud, second);
    expect(chained.sessionTags).toEqual({ tenant: 'orders' });
    await expect(assume(cloud, session, { Tags: [{ Key: 'Tenant', Value: 'x' }] })).rejects.toThrow(
      /transitive tag key/,
    );
    await expect(assume(cloud, session, { SourceIdentity: 'bob' })).rejects.toMatchObject({ code: 'ValidationError' });
  });
});

describe('GetSessionToken', () => {
  it('is for users and operators, not for sessions of roles', async () => {
    const cloud = await cloudWithTarget(trustOf('111111111111'));
    await expect(cloud.call('sts', 'GetSessionToken', {}, OPERATOR)).resolves.toMatchObject({ Credentials: {} });
    const session = sessionOf(cloud, await assume(cloud, OPERATOR));
    await expect(cloud.call('sts', 'GetSessionToken', {}, session)).rejects.toMatchObject({
      code: 'AccessDenied',
      message: 'Cannot call GetSessionToken with session credentials',
    });
  });
});
