import { CloseAccountCommand } from '@aws-sdk/client-organizations';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountState } from '../../tenancy/accounts/account.ts';
import { type LocalOrganization, localOrganization, MANAGEMENT } from '../testing/local-organization.ts';
import { getAccount, planAccount, transition } from './account-store.ts';
import { recentClosures, takeClosure } from './closing/closure-ledger.ts';
import { type Closing, ensureClosed } from './ensure-closed.ts';
import { moveAccount, type Place } from './organization.ts';

const MEMBERS = Array.from({ length: 20 }, (_, index) => String(300_000_000_000 + index));
const PLATFORM = '311111111111';

let organization: LocalOrganization;
let closing: Closing;
let free: string[];
beforeAll(async () => {
  free = [...MEMBERS];
  organization = await localOrganization({
    organizations: { organization: { managementAccountId: MANAGEMENT, members: [...MEMBERS, PLATFORM] } },
  });
  const { table, clients, now } = organization;
  closing = { registry: table, organization: clients, never: [MANAGEMENT, PLATFORM], now };
});
afterAll(() => organization.close());

async function vended(state: AccountState, place: Place): Promise<{ accountId: string; accountName: string }> {
  const accountId = free.pop() ?? '';
  const accountName = `tenantry-${accountId}`;
  const at = new Date(organization.now()).toISOString();
  const planned = { accountName, email: `${accountName}@example.com`, alias: 0, plannedAt: at, failures: 0 };
  await planAccount(organization.table, { ...planned, state: 'PLANNED', updatedAt: at });
  await transition(organization.table, accountName, ['PLANNED'], state, { accountId });
  await moveAccount(organization.clients, accountId, 'root', place);
  await organization.local.cloud.clock.sleep(5_000);
  return { accountId, accountName };
}

const close = (accountId: string, world = closing) => ensureClosed(world, { accountId, requestedBy: 'ops' });
const untilClosed = (accountId: string, world = closing) =>
  organization.untilDone(() => close(accountId, world), ['StillDeleting'], 30);
const stateAtAws = async (accountId: string) =>
  (await organization.members()).find(({ Id }) => Id === accountId)?.State;

/** A world that counts the closures asked of AWS. */
function counting(): { world: Closing; asked: () => number } {
  let asked = 0;
  const { broker } = organization.clients;
  const send = ((command: never) => {
    if ((command as object) instanceof CloseAccountCommand) asked++;
    return broker.send(command);
  }) as typeof broker.send;
  return { world: { ...closing, organization: { ...organization.clients, broker: { send } } }, asked: () => asked };
}

describe('ensureClosed', () => {
  it.each([
    ['AVAILABLE', 'pool'],
    ['QUARANTINED', 'quarantine'],
  ] as const)('closes one that is %s, and keeps its record', async (state, place) => {
    const { accountId, accountName } = await vended(state, place);
    const { world, asked } = counting();
    const { closedAt } = await untilClosed(accountId, world);
    expect(asked()).toBe(1);
    expect(await organization.placeOf(accountId)).toBe('suspended');
    expect(await stateAtAws(accountId)).toBe('CLOSED');
    expect(await getAccount(organization.table, accountName)).toMatchObject({
      state: 'CLOSED',
      closedAt,
      reason: 'closing was asked for by ops',
    });
    expect(await close(accountId)).toEqual({ accountName, closedAt });
  });

  it('takes an account that somebody else has closed as closed', async () => {
    const { accountId } = await vended('AVAILABLE', 'pool');
    await organization.clients.broker.send(new CloseAccountCommand({ AccountId: accountId }));
    const { world, asked } = counting();
    await untilClosed(accountId, world);
    expect(asked()).toBe(0);
    expect(await recentClosures(organization.table, organization.now())).not.toHaveProperty(accountId);
  });

  it.each([
    ['of a tenant', async () => (await vended('CLAIMED', 'tenants')).accountId, /is CLAIMED: only accounts that are/],
    ['that is the management account', async () => MANAGEMENT, /never closed/],
    ['of the platform', async () => PLATFORM, /never closed/],
    ['that was not vended here', async () => '999999999998', /not vended here/],
  ])('refuses one %s', async (_which, account, message) => {
    const { world, asked } = counting();
    const accountId = await account();
    await expect(close(accountId, world)).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringMatching(message),
    });
    expect(asked()).toBe(0);
  });

  it('keeps to the rate: of several at once each is asked for at its time, three at a time', async () => {
    const accounts = [];
    for (let index = 0; index < 4; index++) accounts.push(await vended('AVAILABLE', 'pool'));
    const { world, asked } = counting();
    await Promise.all(accounts.map(({ accountId }) => untilClosed(accountId, world)));
    const times = accounts.map(async ({ accountId }) => {
      const closures = await recentClosures(organization.table, organization.now());
      return Date.parse(closures[accountId] ?? '');
    });
    const sorted = (await Promise.all(times)).sort((a, b) => a - b);
    const gaps = sorted.slice(1).map((time, index) => time - (sorted[index] ?? 0));
    // One closure in 20 seconds; the schedule leaves room for one that is taken at once.
    expect(gaps.slice(1).every((gap) => gap >= 20_000)).toBe(true);
    expect(asked()).toBeLessThan(10);
  });

  it('comes to its end when the answer of CloseAccount is lost', async () => {
    const { accountId } = await vended('AVAILABLE', 'pool');
    organization.local.cloud.faults.add({ service: 'organizations', operation: 'CloseAccount', kind: 'lose-response' });
    await untilClosed(accountId);
    expect(await stateAtAws(accountId)).toBe('CLOSED');
  });
});

describe('the budget of closures', () => {
  const DAY = 86_400_000;

  it('refuses what AWS would refuse, says when the next is possible, and goes on then', async () => {
    const { table } = organization;
    const start = organization.now();
    const oldest = new Date(start - 29 * DAY).toISOString();
    const closures = Object.fromEntries(
      Array.from({ length: 250 }, (_, index) => [
        `4${String(index).padStart(11, '0')}`,
        index === 0 ? oldest : new Date(start).toISOString(),
      ]),
    );
    await table.client.send(
      new PutCommand({ TableName: table.name, Item: { pk: 'CLOSURES', sk: 'CLOSURES', closures, version: 900 } }),
    );
    const { accountId, accountName } = await vended('AVAILABLE', 'pool');
    const next = new Date(Date.parse(oldest) + 30 * DAY).toISOString();
    await expect(close(accountId)).rejects.toMatchObject({
      name: 'CloseBudgetExhausted',
      message: expect.stringContaining(`after ${next}`),
    });
    expect(await stateAtAws(accountId)).toBe('ACTIVE');
    expect((await getAccount(table, accountName))?.state).toBe('CLOSING');
    await organization.local.cloud.clock.sleep(1.1 * DAY);
    await untilClosed(accountId);
  });

  it('has more places in a large organization, and never gives one twice', async () => {
    const { table } = organization;
    const now = organization.now() + 60 * DAY;
    const takes = Array.from({ length: 8 }, (_, index) =>
      takeClosure(table, `5${index}`.padEnd(12, '0'), now, async () => 0),
    );
    await Promise.all(takes);
    expect(Object.keys(await recentClosures(table, now))).toHaveLength(8);
    const closures = Object.fromEntries(
      Array.from({ length: 250 }, (_, index) => [`6${index}`, new Date(now).toISOString()]),
    );
    await table.client.send(
      new PutCommand({ TableName: table.name, Item: { pk: 'CLOSURES', sk: 'CLOSURES', closures, version: 0 } }),
    );
    await expect(takeClosure(table, '700000000000', now, async () => 1_254)).rejects.toMatchObject({
      name: 'CloseBudgetExhausted',
    });
    await takeClosure(table, '700000000000', now, async () => 1_255);
    expect(Object.keys(await recentClosures(table, now))).toHaveLength(251);
  });
});
