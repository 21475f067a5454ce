import { describe, expect, test } from 'vitest';
import { roleSession } from '../iam/session.ts';
import type { RunningCloud } from '../kernel/cloud.ts';
import type { Caller, OperationInput } from '../kernel/service.ts';
import { openStore } from '../kernel/sqlite-store.ts';
import { isReady } from './readiness.ts';
import { MANAGEMENT, outcome, settledStatus, testOrganization } from './test-cloud.ts';

const request = (name: string, more: object = {}) => ({ AccountName: name, Email: `${name}@example.com`, ...more });

describe('CreateAccount', () => {
  test('takes minutes, then the account is in the root with its tags and a role for the management account', async () => {
    const { cloud, call, rootId } = await testOrganization();
    const before = cloud.clock.now();
    const tags = [{ Key: 'tenant', Value: 'acme' }];
    const { CreateAccountStatus: first } = await call('CreateAccount', request('acme', { Tags: tags }));
    expect(first).toMatchObject({ State: 'IN_PROGRESS', AccountName: 'acme' });
    expect(first.Id).toMatch(/^car-[a-z0-9]{32}$/);
    expect(first).not.toHaveProperty('AccountId');
    const last = await settledStatus(cloud, call, first.Id);
    expect(last.State).toBe('SUCCEEDED');
    expect(cloud.clock.now() - before).toBeGreaterThanOrEqual(60_000);
    expect(cloud.clock.now() - before).toBeLessThan(250_000);
    const { Account } = await call('DescribeAccount', { AccountId: last.AccountId });
    expect(Account).toMatchObject({ State: 'ACTIVE', Status: 'ACTIVE', Email: 'acme@example.com', Name: 'acme' });
    expect(Account.Paths[0]).toMatch(new RegExp(`^o-[a-z0-9]+/${rootId}/${last.AccountId}/$`));
    expect((await call('ListTagsForResource', { ResourceId: last.AccountId })).Tags).toEqual(tags);
    const { Credentials } = await cloud.call(
      'sts',
      'AssumeRole',
      { RoleArn: `arn:aws:iam::${last.AccountId}:role/OrganizationAccountAccessRole`, RoleSessionName: 'test' },
      await managementRole(cloud),
    );
    expect(Credentials.AccessKeyId).toBeDefined();
    await cloud.stop();
  });

  test('five are in progress at most', async () => {
    const { cloud, call } = await testOrganization();
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) await call('CreateAccount', request(name));
    expect(await outcome(call('CreateAccount', request('a6')))).toBe(
      'ConstraintViolationException ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED',
    );
    await cloud.clock.sleep(300_000);
    expect(await outcome(call('CreateAccount', request('a6')))).toBe('ok');
    await cloud.stop();
  });

  test('an address belongs to one account for ever', async () => {
    const { cloud, call, account } = await testOrganization();
    const id = await account('once');
    const again = await call('CreateAccount', { AccountName: 'other', Email: 'Once@example.com' });
    expect(await settledStatus(cloud, call, again.CreateAccountStatus.Id)).toMatchObject({
      State: 'FAILED',
      FailureReason: 'EMAIL_ALREADY_EXISTS',
    });
    await call('CloseAccount', { AccountId: id });
    await cloud.clock.sleep(100 * 86_400_000);
    expect(await outcome(call('DescribeAccount', { AccountId: id }))).toBe('AccountNotFoundException');
    const third = await call('CreateAccount', request('once'));
    expect((await settledStatus(cloud, call, third.CreateAccountStatus.Id)).FailureReason).toBe('EMAIL_ALREADY_EXISTS');
    await cloud.stop();
  });

  test('the limit of accounts is met at the request, or by one requested too many', async () => {
    const { cloud, call } = await testOrganization({ accountLimit: 2 });
    const both = [await call('CreateAccount', request('b1')), await call('CreateAccount', request('b2'))];
    const settled = await Promise.all(
      both.map(({ CreateAccountStatus }) => settledStatus(cloud, call, CreateAccountStatus.Id)),
    );
    expect(settled.map(({ State, FailureReason }) => FailureReason ?? State).sort()).toEqual([
      'ACCOUNT_LIMIT_EXCEEDED',
      'SUCCEEDED',
    ]);
    expect(await outcome(call('CreateAccount', request('b3')))).toBe(
      'ConstraintViolationException ACCOUNT_NUMBER_LIMIT_EXCEEDED',
    );
    await cloud.stop();
  });

  test.each([
    [{ Email: 'a@b' }, 'InvalidInputException MIN_LENGTH_EXCEEDED'],
    [{ Email: 'nobody' }, 'InvalidInputException INVALID_PATTERN'],
    [{ Email: `${'x'.repeat(60)}@example.com` }, 'InvalidInputException MAX_LENGTH_EXCEEDED'],
    [{ AccountName: 'x'.repeat(51) }, 'InvalidInputException MAX_LENGTH_EXCEEDED'],
    [{ AccountName: 'Müller' }, 'InvalidInputException INVALID_PATTERN'],
    [{ AccountName: undefined }, 'InvalidInputException INPUT_REQUIRED'],
    [{ RoleName: 'no spaces' }, 'InvalidInputException INVALID_ROLE_NAME'],
    [{ Tags: [{ Key: 'aws:x', Value: '' }] }, 'InvalidInputException INVALID_SYSTEM_TAGS_PARAMETER'],
    [
      {
        Tags: [
          { Key: 'x', Value: '1' },
          { Key: 'x', Value: '2' },
        ],
      },
      'InvalidInputException DUPLICATE_TAG_KEY',
    ],
    [
      { Tags: Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' })) },
      'ConstraintViolationException MAX_TAG_LIMIT_EXCEEDED',
    ],
  ])('refuses %j', async (wrong, expected) => {
    const { cloud, call } = await testOrganization();
    expect(await outcome(call('CreateAccount', request('c', wrong)))).toBe(expected);
    await cloud.stop();
  });

  test('plus addresses are fine; others of strange characters fail later', async () => {
    const { cloud, call } = await testOrganization();
    const fine = await call('CreateAccount', request('d1', { Email: 'tenants+acme.1@example.com' }));
    expect((await settledStatus(cloud, call, fine.CreateAccountStatus.Id)).State).toBe('SUCCEEDED');
    const strange = await call('CreateAccount', request('d2', { Email: 'a(b)@example.com' }));
    expect((await settledStatus(cloud, call, strange.CreateAccountStatus.Id)).FailureReason).toBe('INVALID_EMAIL');
    await cloud.stop();
  });

  test('the same request twice: the second fails as a concurrent one', async () => {
    const { cloud, call } = await testOrganization();
    const requests = [await call('CreateAccount', request('twin')), await call('CreateAccount', request('twin'))];
    const settled = await Promise.all(
      requests.map(({ CreateAccountStatus }) => settledStatus(cloud, call, CreateAccountStatus.Id)),
    );
    expect(settled.map(({ State, FailureReason }) => FailureReason ?? State)).toEqual([
      'SUCCEEDED',
      'CONCURRENT_ACCOUNT_MODIFICATION',
    ]);
    await cloud.stop();
  });

  test('two requests at the very same time conflict', async () => {
    const { cloud, call } = await testOrganization();
    const outcomes = await Promise.all([
      outcome(call('CreateAccount', request('e1'))),
      outcome(call('CreateAccount', request('e2'))),
    ]);
    expect(outcomes).toEqual(['ok', 'ConcurrentModificationException']);
    await cloud.stop();
  });

  test('a new organization finishes initializing first', async () => {
    const { cloud, call } = await testOrganization({ organization: false });
    expect(await outcome(call('CreateAccount', request('f')))).toBe('AWSOrganizationsNotInUseException');
    await call('CreateOrganization', {});
    expect(await outcome(call('CreateAccount', request('f')))).toBe('FinalizingOrganizationException');
    expect(await outcome(call('CreateOrganization', {}))).toBe('AlreadyInOrganizationException');
    await cloud.clock.sleep(60_000);
    expect(await outcome(call('CreateAccount', request('f')))).toBe('ok');
    await cloud.stop();
  });

  test('injected: an hour in progress, a failure, another account limit', async () => {
    const { cloud, call } = await testOrganization();
    const post = (body: object) =>
      cloud.services.get('organizations')?.routes?.({
        method: 'POST',
        path: '/faults',
        query: new URLSearchParams(),
        headers: {},
        body: Buffer.from(JSON.stringify(body)),
      });
    expect((await post({ kind: 'failed-creation', reason: 'NO_SUCH_REASON' }))?.status).toBe(400);
    await post({ kind: 'slow-creation' });
    const start = cloud.clock.now();
    const slow = await call('CreateAccount', request('g1'));
    await settledStatus(cloud, call, slow.CreateAccountStatus.Id);
    expect(cloud.clock.now() - start).toBeGreaterThanOrEqual(3_600_000);
    await post({ kind: 'failed-creation', reason: 'MISSING_PAYMENT_INSTRUMENT' });
    const failed = await call('CreateAccount', request('g2'));
    expect((await settledStatus(cloud, call, failed.CreateAccountStatus.Id)).FailureReason).toBe(
      'MISSING_PAYMENT_INSTRUMENT',
    );
    const next = await call('CreateAccount', request('g2'));
    expect((await settledStatus(cloud, call, next.CreateAccountStatus.Id)).State).toBe('SUCCEEDED');
    await post({ kind: 'account-limit', limit: 3 });
    expect(await outcome(call('CreateAccount', request('g3')))).toBe(
      'ConstraintViolationException ACCOUNT_NUMBER_LIMIT_EXCEEDED',
    );
    await cloud.stop();
  });

  test('a lost response leaves an account that can be found by name', async () => {
    const { cloud, call } = await testOrganization();
    cloud.faults.add({ service: 'organizations', operation: 'CreateAccount', kind: 'lose-response' });
    expect(await outcome(call('CreateAccount', request('lost')))).toBe('RequestTimeout');
    await cloud.clock.sleep(300_000);
    const { CreateAccountStatuses } = await call('ListCreateAccountStatus', { States: ['SUCCEEDED'] });
    expect(CreateAccountStatuses.map(({ AccountName }: { AccountName: string }) => AccountName)).toEqual(['lost']);
    await cloud.stop();
  });

  test('what was in progress goes on after a restart', async () => {
    const store = openStore(':memory:');
    const before = await testOrganization({ store });
    const { CreateAccountStatus } = await before.call('CreateAccount', request('h'));
    before.cloud.clock.close();
    const after = await testOrganization({ store });
    expect((await settledStatus(after.cloud, after.call, CreateAccountStatus.Id)).State).toBe('SUCCEEDED');
    await after.cloud.stop();
  });

  test('lists know a new account a moment later', async () => {
    const { cloud, call, account } = await testOrganization({ consistencyDelaySeconds: 3_600 });
    const id = await account('late');
    const ids = async () => (await call('ListAccounts')).Accounts.map(({ Id }: { Id: string }) => Id);
    expect(await ids()).toEqual(['111111111111']);
    expect((await call('DescribeAccount', { AccountId: id })).Account.Id).toBe(id);
    await cloud.clock.sleep(3_600_000);
    expect(await ids()).toContain(id);
    await cloud.stop();
  });

  test('a new account is ready minutes after it was created, service by service', async () => {
    const { cloud, account } = await testOrganization({ readinessSeconds: { min: 3_600, max: 7_200 } });
    const id = await account('fresh');
    expect(isReady(cloud, id, 'ec2')).toBe(false);
    expect(isReady(cloud, '111111111111', 'ec2')).toBe(true);
    await cloud.clock.sleep(7_200_000);
    expect(isReady(cloud, id, 'ec2')).toBe(true);
    await cloud.stop();
  });
});

/** A role of the management account that may assume any role. */
async function managementRole(cloud: RunningCloud): Promise<Caller> {
  const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const trust = document({ Effect: 'Allow', Principal: { AWS: '111111111111' }, Action: 'sts:AssumeRole' });
  const { Role } = await cloud.call<OperationInput>(
    'iam',
    'CreateRole',
    { RoleName: 'broker', AssumeRolePolicyDocument: trust },
    MANAGEMENT,
  );
  const policy = document({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' });
  await cloud.call('iam', 'PutRolePolicy', { RoleName: 'broker', PolicyName: 'p', PolicyDocument: policy }, MANAGEMENT);
  const role = { accountId: '111111111111', name: 'broker', arn: Role.Arn, id: Role.RoleId };
  return roleSession(role, 'test', cloud.clock.now());
}
