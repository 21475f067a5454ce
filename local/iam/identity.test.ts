import { describe, expect, it, vi } from 'vitest';
import { createIdentity } from './identity.ts';
import { cloudWithRole, LAMBDA, OPERATOR, policyText, QUEUE, testCloud, trustOf, WORKER } from './test-cloud.ts';

describe('authorisation', () => {
  it("answers in AWS's words, by the kind of service", async () => {
    const cloud = await cloudWithRole();
    const worker = cloud.identity.serviceRole(WORKER, LAMBDA, 'one');
    await expect(cloud.call('sqs', 'SendMessage', { queue: QUEUE }, worker)).resolves.toEqual({ MessageId: '1' });
    const sentence =
      'User: arn:aws:sts::111111111111:assumed-role/worker/one is not authorized to perform: iam:GetRole on resource: arn:aws:iam::111111111111:role/worker because no identity-based policy allows the iam:GetRole action';
    await expect(cloud.call('iam', 'GetRole', { RoleName: 'worker' }, worker)).rejects.toMatchObject({
      code: 'AccessDenied',
      status: 403,
      message: sentence,
    });
    const start = { action: 'states:StartExecution', resource: '*' };
    expect(() => cloud.identity.authorize(worker, [start], { region: 'us-east-1', service: 'states' })).toThrow(
      expect.objectContaining({ code: 'AccessDeniedException', status: 400 }) as Error,
    );
  });

  it('sees a new role and a changed policy only after a while', async () => {
    const cloud = await cloudWithRole({ consistencyDelaySeconds: 5 });
    const assume = () => cloud.identity.serviceRole(WORKER, LAMBDA, 'one');
    expect(assume).toThrow(expect.objectContaining({ code: 'AccessDenied' }) as Error);
    await cloud.clock.sleep(5_001);
    const worker = assume();
    const send = () => cloud.call('sqs', 'SendMessage', { queue: QUEUE }, worker);
    await expect(send()).resolves.toBeDefined();
    await cloud.call('iam', 'DeleteRolePolicy', { RoleName: 'worker', PolicyName: 'send' }, OPERATOR);
    await expect(send()).resolves.toBeDefined();
    await cloud.clock.sleep(5_001);
    await expect(send()).rejects.toThrow(/no identity-based policy/);
  });

  it('is limited by the permissions boundary and by service control policies', async () => {
    let levels: string[][] | undefined;
    const cloud = await cloudWithRole({ serviceControlPolicies: () => levels });
    const { Policy } = await cloud.call(
      'iam',
      'CreatePolicy',
      { PolicyName: 'fence', PolicyDocument: policyText({ Effect: 'Allow', Action: 's3:*', Resource: '*' }) },
      OPERATOR,
    );
    const worker = cloud.identity.serviceRole(WORKER, LAMBDA, 'one');
    const send = () => cloud.call('sqs', 'SendMessage', { queue: QUEUE }, worker);
    await expect(send()).resolves.toBeDefined();
    await cloud.call(
      'iam',
      'PutRolePermissionsBoundary',
      { RoleName: 'worker', PermissionsBoundary: Policy.Arn },
      OPERATOR,
    );
    await expect(send()).rejects.toThrow(/no permissions boundary allows/);
    await cloud.call('iam', 'DeleteRolePermissionsBoundary', { RoleName: 'worker' }, OPERATOR);
    const everything = policyText({ Effect: 'Allow', Action: '*', Resource: '*' });
    levels = [[everything], [everything, policyText({ Effect: 'Deny', Action: 'sqs:*', Resource: '*' })]];
    await expect(send()).rejects.toThrow(/explicit deny in a service control policy/);
    await expect(cloud.call('sqs', 'SendMessage', { queue: QUEUE }, OPERATOR)).rejects.toThrow(/explicit deny/);
  });

  it('reads neither the store nor any JSON for a caller and a policy it knows', async () => {
    const cloud = await cloudWithRole();
    const worker = cloud.identity.serviceRole(WORKER, LAMBDA, 'one');
    const authorize = () =>
      cloud.identity.authorize(worker, [{ action: 'sqs:SendMessage', resource: QUEUE }], {
        region: 'us-east-1',
        service: 'sqs',
      });
    authorize();
    const parse = vi.spyOn(JSON, 'parse');
    authorize();
    // The store keeps JSON, so a look into it would parse as well.
    expect(parse).not.toHaveBeenCalled();
    await cloud.call('iam', 'DeleteRolePolicy', { RoleName: 'worker', PolicyName: 'send' }, OPERATOR);
    expect(authorize).toThrow(/not authorized/);
    parse.mockRestore();
  });
});

describe('serviceRole', () => {
  const confusedDeputy = {
    StringEquals: { 'aws:SourceAccount': '111111111111' },
    ArnLike: { 'aws:SourceArn': 'arn:aws:states:*:111111111111:stateMachine:*' },
  };

  it('asks the trust policy, with the resource the service works for', async () => {
    const cloud = testCloud();
    const trust = trustOf('states.amazonaws.com', confusedDeputy);
    await cloud.call('iam', 'CreateRole', { RoleName: 'worker', AssumeRolePolicyDocument: trust }, OPERATOR);
    const identity = createIdentity(cloud);
    const take = (service: string, sourceArn?: string) => identity.serviceRole(WORKER, service, 's', { sourceArn });
    const machine = 'arn:aws:states:us-east-1:111111111111:stateMachine:onboard';
    expect(take('states.amazonaws.com', machine)).toMatchObject({ kind: 'role', roleArn: WORKER });
    expect(() => take('states.amazonaws.com')).toThrow(/not authorized to perform: sts:AssumeRole/);
    expect(() => take('states.amazonaws.com', machine.replace('111111111111', '222222222222'))).toThrow(
      /not authorized/,
    );
    expect(() => take('lambda.amazonaws.com', machine)).toThrow(/not authorized/);
    expect(() => identity.serviceRole(`${WORKER}-2`, 'states.amazonaws.com', 's')).toThrow(
      expect.objectContaining({ code: 'AccessDenied', status: 403 }) as Error,
    );
  });

  it('takes a regional service principal for the service', async () => {
    const cloud = testCloud();
    const trust = trustOf('states.eu-west-1.amazonaws.com');
    await cloud.call('iam', 'CreateRole', { RoleName: 'worker', AssumeRolePolicyDocument: trust }, OPERATOR);
    expect(cloud.identity.serviceRole(WORKER, 'states.amazonaws.com', 's')).toMatchObject({ roleArn: WORKER });
  });
});

describe('sessions of a role that was made anew', () => {
  it('may do nothing', async () => {
    const cloud = await cloudWithRole();
    const old = cloud.identity.serviceRole(WORKER, LAMBDA, 'one');
    await cloud.call('iam', 'DeleteRolePolicy', { RoleName: 'worker', PolicyName: 'send' }, OPERATOR);
    await cloud.call('iam', 'DeleteRole', { RoleName: 'worker' }, OPERATOR);
    await cloud.call('iam', 'CreateRole', { RoleName: 'worker', AssumeRolePolicyDocument: trustOf(LAMBDA) }, OPERATOR);
    const PolicyDocument = policyText({ Effect: 'Allow', Action: '*', Resource: '*' });
    await cloud.call('iam', 'PutRolePolicy', { RoleName: 'worker', PolicyName: 'all', PolicyDocument }, OPERATOR);
    const anew = cloud.identity.serviceRole(WORKER, LAMBDA, 'one');
    await expect(cloud.call('sqs', 'SendMessage', { queue: QUEUE }, anew)).resolves.toBeDefined();
    await expect(cloud.call('sqs', 'SendMessage', { queue: QUEUE }, old)).rejects.toThrow(/no identity-based policy/);
  });
});

describe('global condition keys', () => {
  it('are what AWS says of the caller, the request and the time', async () => {
    const cloud = await cloudWithRole();
    const worker = { ...cloud.identity.serviceRole(WORKER, LAMBDA, 'one'), sessionTags: { tenant: 'acme' } };
    const allowed = async (condition: object, conditions: Record<string, string> = {}) => {
      const PolicyDocument = policyText({ Effect: 'Allow', Action: 's3:*', Resource: '*', Condition: condition });
      await cloud.call('iam', 'PutRolePolicy', { RoleName: 'worker', PolicyName: 'send', PolicyDocument }, OPERATOR);
      try {
        const request = { action: 's3:PutObject', resource: 'arn:aws:s3:::b/k', conditions };
        cloud.identity.authorize(worker, [request], { region: 'eu-west-1', service: 's3' });
        return true;
      } catch {
        return false;
      }
    };
    const soon = new Date(cloud.clock.now() + 60_000).toISOString();
    for (const [condition, outcome] of [
      [{ ArnEquals: { 'aws:PrincipalArn': WORKER } }, true],
      [{ StringEquals: { 'aws:PrincipalAccount': '111111111111', 'aws:PrincipalTag/tenant': 'acme' } }, true],
      [{ StringEquals: { 'aws:PrincipalTag/tenant': 'globex' } }, false],
      [{ StringLike: { 'aws:userid': 'AROA*:one' } }, true],
      [{ StringEquals: { 'aws:RequestedRegion': 'eu-west-1', 'aws:ResourceAccount': '111111111111' } }, true],
      [{ Bool: { 'aws:SecureTransport': 'true', 'aws:ViaAWSService': 'false' } }, true],
      [{ IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, true],
      [{ DateLessThan: { 'aws:CurrentTime': soon } }, true],
      [{ DateGreaterThan: { 'aws:CurrentTime': soon } }, false],
      [{ Null: { 'aws:username': 'true', 'aws:SourceArn': 'true' } }, true],
    ] as const) {
      expect([condition, await allowed(condition)]).toEqual([condition, outcome]);
    }
    const tagged = { 'aws:RequestTag/Team': 'a' };
    expect(await allowed({ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['Team'] } }, tagged)).toBe(true);
    expect(await allowed({ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['Other'] } }, tagged)).toBe(false);
  });
});
