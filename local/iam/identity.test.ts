import { describe, expect, it, vi } from 'vitest';
import { cloudWithRole, LAMBDA, OPERATOR, policyText, QUEUE, WORKER } from './test-cloud.ts';

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
