import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Account } from '../../tenancy/accounts/account.ts';
import type { Table } from '../runtime/table.ts';
import { localTable } from '../testing/local-table.ts';
import { accountNameOf, getAccount, listAccounts, planAccount, transition } from './account-store.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterAll(() => close());

const planned = (accountName: string): Account => ({
  accountName,
  email: `${accountName}@example.com`,
  alias: 0,
  state: 'PLANNED',
  plannedAt: '2026-01-01T00:00:00.000Z',
  failures: 0,
  updatedAt: '2026-01-01T00:00:00.000Z',
});

describe('account store', () => {
  it('plans a name once and keeps what was planned first', async () => {
    expect(await planAccount(table, planned('once'))).toBe(true);
    expect(await planAccount(table, { ...planned('once'), email: 'other@example.com' })).toBe(false);
    expect(await getAccount(table, 'once')).toEqual(planned('once'));
  });

  it('lets one of many who change the same state at once succeed', async () => {
    await planAccount(table, { ...planned('raced'), state: 'AVAILABLE' });
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        transition(table, 'raced', ['AVAILABLE'], 'CLAIMED', { tenantId: `tenant-${index}` }),
      ),
    );
    const [winner, ...others] = claims.filter((claim) => claim !== undefined);
    expect(others).toEqual([]);
    expect((await getAccount(table, 'raced'))?.tenantId).toBe(winner?.tenantId);
  });

  it('sets and removes members, and refuses when a further condition does not hold', async () => {
    await planAccount(table, { ...planned('changed'), reason: 'old' });
    const condition = { expression: '#alias = :alias', names: { '#alias': 'alias' }, values: { ':alias': 1 } };
    expect(await transition(table, 'changed', ['PLANNED'], 'REQUESTED', {}, condition)).toBeUndefined();
    const changed = await transition(table, 'changed', ['PLANNED'], 'REQUESTED', {
      reason: undefined,
      requestId: 'car-1',
    });
    expect(changed).toMatchObject({ state: 'REQUESTED', requestId: 'car-1' });
    expect(changed).not.toHaveProperty('reason');
    expect(changed).not.toHaveProperty('pk');
  });

  it('finds the record by the id of the account, and never lets two records have one', async () => {
    for (const name of ['first', 'second']) await planAccount(table, planned(name));
    await transition(table, 'first', ['PLANNED'], 'VENDED', { accountId: '222222222222' });
    expect(await accountNameOf(table, '222222222222')).toBe('first');
    await expect(transition(table, 'second', ['PLANNED'], 'VENDED', { accountId: '222222222222' })).rejects.toThrow(
      'recorded as "first"',
    );
    expect((await getAccount(table, 'second'))?.state).toBe('PLANNED');
  });

  it('lists by state, bounded and from a name on', async () => {
    for (const name of ['l1', 'l2', 'l3']) await planAccount(table, { ...planned(name), state: 'QUARANTINED' });
    const names = async (bounds = {}) =>
      (await listAccounts(table, 'QUARANTINED', bounds)).map(({ accountName }) => accountName);
    expect(await names()).toEqual(['l1', 'l2', 'l3']);
    expect(await names({ limit: 2 })).toEqual(['l1', 'l2']);
    expect(await names({ after: 'l1' })).toEqual(['l2', 'l3']);
  });
});
