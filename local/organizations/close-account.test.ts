import { expect, test } from 'vitest';
import { closeQuota } from './close-account.ts';
import { isClosed } from './closed-accounts.ts';
import { outcome, testOrganization } from './test-cloud.ts';

test('a closed account is pending, then closed, then gone after 90 days', async () => {
  const { cloud, call, account } = await testOrganization();
  const AccountId = await account('leaver');
  const states = async () => {
    const { Account } = await call('DescribeAccount', { AccountId });
    return [Account.State, Account.Status];
  };
  await call('CloseAccount', { AccountId });
  expect(await states()).toEqual(['PENDING_CLOSURE', 'PENDING_CLOSURE']);
  expect(await outcome(call('CloseAccount', { AccountId }))).toBe('ConflictException');
  expect(isClosed(cloud, AccountId)).toBe(false);
  await cloud.clock.sleep(120_000);
  expect(await states()).toEqual(['CLOSED', 'SUSPENDED']);
  expect(await outcome(call('CloseAccount', { AccountId }))).toBe('AccountAlreadyClosedException');
  await cloud.clock.sleep(89 * 86_400_000);
  expect(await states()).toEqual(['CLOSED', 'SUSPENDED']);
  await cloud.clock.sleep(86_400_000);
  expect(await outcome(states())).toBe('AccountNotFoundException');
  expect(isClosed(cloud, AccountId)).toBe(true);
  expect(await outcome(call('CloseAccount', { AccountId: '111111111111' }))).toBe(
    'ConstraintViolationException CANNOT_CLOSE_MANAGEMENT_ACCOUNT',
  );
  await cloud.stop();
});

test('three are closed at a time, 250 within 30 days', async () => {
  const { cloud, call, account } = await testOrganization();
  const ids: string[] = [];
  for (let index = 0; index < 254; index++) ids.push(await account(`a${index}`));
  const close = (AccountId = '') => outcome(call('CloseAccount', { AccountId }));
  expect([await close(ids[0]), await close(ids[1]), await close(ids[2])]).toEqual(['ok', 'ok', 'ok']);
  expect(await close(ids[3])).toBe('ConstraintViolationException CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED');
  for (const id of ids.slice(3, 250)) {
    await cloud.clock.sleep(120_000);
    expect(await close(id)).toBe('ok');
  }
  await cloud.clock.sleep(120_000);
  expect(await close(ids[250])).toBe('ConstraintViolationException CLOSE_ACCOUNT_QUOTA_EXCEEDED');
  await cloud.clock.sleep(30 * 86_400_000);
  expect(await close(ids[250])).toBe('ok');
  await cloud.stop();
});

test.each([
  [10, 250],
  [1_250, 250],
  [2_000, 400],
  [5_000, 1_000],
  [50_000, 1_000],
])('of %i members %i may be closed within 30 days', (members, quota) => {
  expect(closeQuota(members)).toBe(quota);
});

test('what is closing goes on after a restart', async () => {
  const before = await testOrganization();
  const AccountId = await before.account('leaver');
  await before.call('CloseAccount', { AccountId });
  before.cloud.clock.close();
  const after = await testOrganization({ store: before.cloud.store });
  await after.cloud.clock.sleep(600_000);
  expect((await after.call('DescribeAccount', { AccountId })).Account.State).toBe('CLOSED');
  await after.cloud.stop();
});
