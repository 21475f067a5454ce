import { afterEach, expect, test } from 'vitest';
import { administrator } from '../kernel/cloud.ts';
import { openStore } from '../kernel/sqlite-store.ts';
import { outcome, type TestOrganization, testOrganization } from './test-cloud.ts';

const OWNER = administrator('999999999999');
const PLATFORM = administrator('111111111111');
const initial = { managementAccountId: OWNER.accountId, members: [PLATFORM.accountId] };

let running: TestOrganization | undefined;

afterEach(async () => {
  await running?.cloud.stop();
  running = undefined;
});

async function start(options: Parameters<typeof testOrganization>[0] = {}): Promise<TestOrganization> {
  running = await testOrganization({ organization: initial, ...options });
  return running;
}

test('the cloud starts with an organization of another account, of which its own is an invited member', async () => {
  const { call } = await start();
  const { Organization } = await call('DescribeOrganization', {}, PLATFORM);
  expect(Organization).toMatchObject({ MasterAccountId: OWNER.accountId, FeatureSet: 'ALL' });
  const { Accounts } = await call('ListAccounts', {}, OWNER);
  expect(Accounts).toMatchObject([
    { Id: '111111111111', JoinedMethod: 'INVITED', State: 'ACTIVE' },
    { Id: '999999999999', JoinedMethod: 'INVITED' },
  ]);
  const { Roots } = await call('ListRoots', {}, OWNER);
  expect(Roots[0].PolicyTypes).toEqual([{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }]);
  const [{ Id: RootId }] = Roots;
  expect((await call('ListParents', { ChildId: '111111111111' }, OWNER)).Parents).toEqual([
    { Id: RootId, Type: 'ROOT' },
  ]);
  // Initialized: accounts can be created at once.
  expect(await outcome(call('CreateAccount', { AccountName: 'a', Email: 'a@example.com' }, OWNER))).toBe('ok');
  expect(await outcome(call('CreateAccount', { AccountName: 'b', Email: 'b@example.com' }, PLATFORM))).toBe(
    'AccessDeniedException',
  );
});

test('a restart keeps the organization, and takes up members that were added', async () => {
  const store = openStore(':memory:');
  const first = await start({ store });
  const { Organization } = await first.call('DescribeOrganization', {}, OWNER);
  const members = [PLATFORM.accountId, '222222222222'];
  const second = await start({ store, organization: { ...initial, members } });
  expect((await second.call('DescribeOrganization', {}, administrator('222222222222'))).Organization).toEqual(
    Organization,
  );
  expect((await second.call('ListAccounts', {}, OWNER)).Accounts).toHaveLength(3);
});

test('ids that are none are named', async () => {
  await expect(start({ organization: { ...initial, members: ['12'] } })).rejects.toThrow(
    'organization: "12" is not the id of an account (12 digits)',
  );
});

test('every call is counted by what became of it', async () => {
  const { cloud, call } = await start({ throttling: true });
  const request = (index: number) => ({ AccountName: `a${index}`, Email: `a${index}@example.com` });
  for (const index of [1, 2, 3, 4]) await outcome(call('CreateAccount', request(index), OWNER));
  await outcome(call('ListAccounts', {}, PLATFORM));
  await call('ListAccounts', {}, OWNER);
  const calls = async (method: string) => {
    const url = { path: '/calls', query: new URLSearchParams(), headers: {}, body: new Uint8Array() };
    const answer = await cloud.services.get('organizations')?.routes?.({ ...url, method });
    return JSON.parse(String(answer?.body));
  };
  expect(await calls('GET')).toEqual({
    CreateAccount: { calls: 4, throttled: 1, refused: 0 },
    ListAccounts: { calls: 2, throttled: 0, refused: 1 },
  });
  expect(await calls('DELETE')).toEqual({});
  await call('ListAccounts', {}, OWNER);
  expect(await calls('GET')).toEqual({ ListAccounts: { calls: 1, throttled: 0, refused: 0 } });
});
