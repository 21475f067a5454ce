import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Account, AccountState } from '../../tenancy/accounts/account.ts';
import { createLedger } from '../operations/ledger-store.ts';
import type { Table } from '../runtime/table.ts';
import { emptyTable, localTable } from '../testing/local-table.ts';
import { DEDICATED_ACCOUNT, readAccountEntry } from './account-ledger.ts';
import { getAccount, planAccount, transition } from './account-store.ts';
import { claimAccount } from './claim-account.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
beforeEach(async () => {
  await emptyTable(table);
});
afterAll(() => close());

const claim = (tenantId: string, operationId = 'op') => claimAccount(table, { tenantId, operationId, generation: 1 });
const deleted = (tenantId: string) =>
  createLedger(table, { tenantId, operationId: 'op', generation: 1 }).deleted('account', DEDICATED_ACCOUNT);

async function account(accountName: string, state: AccountState, more: Partial<Account> = {}): Promise<void> {
  const at = '2026-01-01T00:00:00.000Z';
  const email = `${accountName}@example.com`;
  await planAccount(table, {
    accountName,
    email,
    alias: 0,
    state: 'PLANNED',
    plannedAt: at,
    failures: 0,
    updatedAt: at,
  });
  await transition(table, accountName, ['PLANNED'], state, more);
}

/** Prepared accounts with ids. */
async function pool(count: number, more: Partial<Account> = {}): Promise<void> {
  for (let index = 0; index < count; index++)
    await account(`tenantry-${index}0`, 'AVAILABLE', { accountId: String(200_000_000_000 + index), ...more });
}

describe('claimAccount', () => {
  it('gives each of many tenants at once an account of its own, and names for the rest that are to be vended', async () => {
    await pool(5);
    const claims = await Promise.all(Array.from({ length: 8 }, (_, index) => claim(`tenant-${index}`)));
    expect(claims.filter(({ accountId }) => accountId)).toHaveLength(5);
    expect(new Set(claims.map(({ accountName }) => accountName)).size).toBe(8);
    for (const [index, { accountName, accountId }] of claims.entries()) {
      expect((await readAccountEntry(table, `tenant-${index}`))?.attributes).toEqual({ accountName });
      if (accountId) expect((await getAccount(table, accountName))?.tenantId).toBe(`tenant-${index}`);
    }
  });

  it('gives one tenant one account however often and simultaneously it is asked', async () => {
    await pool(5);
    const claims = await Promise.all(Array.from({ length: 6 }, () => claim('acme')));
    expect(new Set([...claims, await claim('acme')].map(({ accountId }) => accountId)).size).toBe(1);
    const states = await Promise.all([0, 1, 2, 3, 4].map((index) => getAccount(table, `tenantry-${index}0`)));
    expect(states.filter((one) => one?.state === 'CLAIMED')).toHaveLength(1);
  });

  it('gives one tenant one account when it comes again, however simultaneously it is asked', async () => {
    await pool(8);
    await account('tenantry-old', 'QUARANTINED', { accountId: '222222222222' });
    const ledger = createLedger(table, { tenantId: 'acme', operationId: 'op-0', generation: 1 });
    await ledger.created('account', DEDICATED_ACCOUNT, { accountName: 'tenantry-old', accountId: '222222222222' });
    await deleted('acme');
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim('acme', 'op-1')));
    expect(new Set(claims.map(({ accountName }) => accountName)).size).toBe(1);
    const states = await Promise.all(Array.from({ length: 8 }, (_, index) => getAccount(table, `tenantry-${index}0`)));
    expect(states.filter((one) => one?.state === 'CLAIMED')).toHaveLength(1);
  });

  it('gives a returned account to its own tenant only, and a reserved one to nobody else', async () => {
    await account('tenantry-a', 'AVAILABLE', { accountId: '222222222222', previousTenant: 'acme' });
    await account('tenantry-b', 'AVAILABLE', { accountId: '333333333333', reservedFor: 'beta' });
    expect(await claim('other')).not.toHaveProperty('accountId');
    expect(await claim('acme')).toEqual({ accountName: 'tenantry-a', accountId: '222222222222' });
    expect(await claim('beta')).toEqual({ accountName: 'tenantry-b', accountId: '333333333333' });
  });

  it('asks for the same name in every visit until it is vended, then claims it', async () => {
    const { accountName } = await claim('acme');
    await account(accountName, 'VENDED', { accountId: '222222222222', reservedFor: 'acme' });
    expect(await claim('acme')).toEqual({ accountName });
    await transition(table, accountName, ['VENDED'], 'AVAILABLE', {});
    expect(await claim('acme')).toEqual({ accountName, accountId: '222222222222' });
  });

  it('goes on with what an earlier operation of the tenant left, though its ledger has none any more', async () => {
    const { accountName } = await claim('acme', 'op-1');
    await account(accountName, 'REQUESTED', { reservedFor: 'acme' });
    await deleted('acme');
    expect(await claim('acme', 'op-2')).toEqual({ accountName });
  });

  it.each(['REFUSED', 'QUARANTINED', 'CLOSED'] as const)('takes another for one that is %s', async (state) => {
    const first = await claim('acme');
    await account(first.accountName, state, { reservedFor: 'acme' });
    const second = await claim('acme');
    expect(second.accountName).not.toBe(first.accountName);
    expect(await claim('acme')).toEqual(second);
  });

  it('waits while the tenant’s own account is being cleaned', async () => {
    const { accountName } = await claim('acme');
    await account(accountName, 'CLEANING', { accountId: '222222222222', tenantId: 'acme' });
    await deleted('acme');
    await expect(claim('acme')).rejects.toMatchObject({ name: 'StillCleaning' });
  });
});
