import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccountState } from '../../tenancy/accounts/account.ts';
import { pauseGate } from '../operations/gate.ts';
import type { Table } from '../runtime/table.ts';
import { emptyTable, localTable } from '../testing/local-table.ts';
import { getAccount, transition } from './account-store.ts';
import { claimAccount } from './claim-account.ts';
import { recordPlan } from './plan-account.ts';
import { replenishPool, STOCK_IN_CREATION, type Vendings } from './replenish-pool.ts';

const HOUR = 3_600_000;
let table: Table;
let close: () => Promise<void>;
let started: string[];
let running: Set<string>;
/** Whether an execution that is started comes as far as its first step. */
let planning: boolean;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
beforeEach(async () => {
  await emptyTable(table);
  started = [];
  running = new Set();
  planning = true;
});
afterAll(() => close());

const vendings: Vendings = {
  async start({ accountName, reservedFor }) {
    started.push(accountName);
    const executionArn = `arn:${started.length}`;
    running.add(executionArn);
    if (planning) await recordPlan(table, { accountName, reservedFor, executionArn }, '{account}@example.com');
  },
  isRunning: async (executionArn) => running.has(executionArn),
};
const replenish = (size: number, now = Date.now()) => replenishPool(table, vendings, { size, readinessHours: 24, now });

async function become(state: AccountState, names = started): Promise<void> {
  for (const name of names)
    await transition(table, name, ['PLANNED', 'VENDED'], state, { availableAt: new Date(0).toISOString() });
}

describe('replenishPool', () => {
  it('orders what is missing, no more than may be in creation at once, and nothing twice', async () => {
    expect((await replenish(14)).started).toHaveLength(STOCK_IN_CREATION);
    expect(await replenish(14)).toMatchObject({ started: [], progressing: STOCK_IN_CREATION });
    await become('AVAILABLE');
    expect(await replenish(14, 60_000)).toMatchObject({ available: 10, progressing: 4, oldestAvailableSeconds: 60 });
    await become('AVAILABLE');
    expect((await replenish(14)).started).toEqual([]);
    await claimAccount(table, { tenantId: 'acme', operationId: 'op', generation: 1 });
    expect((await replenish(14)).started).toHaveLength(1);
  });

  it('orders more while others are being prepared: those are in nobody’s way', async () => {
    await replenish(STOCK_IN_CREATION + 3);
    await become('VENDED');
    const report = await replenish(STOCK_IN_CREATION + 3);
    expect(report.started).toHaveLength(3);
    expect(report.progressing).toBe(STOCK_IN_CREATION + 3);
  });

  it('never orders too much, however many visits there are at once and though nothing of it is seen yet', async () => {
    planning = false;
    await Promise.all(Array.from({ length: 5 }, () => replenish(3)));
    await replenish(3);
    expect(new Set(started).size).toBe(3);
  });

  it('starts again what is on its way and has no running execution, for whomever it is reserved', async () => {
    await replenish(1);
    await recordPlan(
      table,
      { accountName: 'tenantry-acme', reservedFor: 'acme', executionArn: 'arn:gone' },
      '{account}@example.com',
    );
    running.clear();
    expect((await replenish(1)).restarted.sort()).toEqual([started[0], 'tenantry-acme'].sort());
    expect((await replenish(1)).restarted).toEqual([]);
    expect((await getAccount(table, 'tenantry-acme'))?.reservedFor).toBe('acme');
  });

  it('orders nothing while creations are paused', async () => {
    await pauseGate(table, 'account-creation', { holderId: 'x', reason: 'ACCOUNT_LIMIT_EXCEEDED', since: 'now' });
    expect(await replenish(5)).toMatchObject({ paused: true, started: [] });
  });

  it('counts returned and reserved accounts as nobody’s stock, and lets go of a reservation without an owner', async () => {
    await replenish(2);
    await become('AVAILABLE');
    const [lived = '', reserved = ''] = started;
    await transition(table, lived, ['AVAILABLE'], 'AVAILABLE', { previousTenant: 'acme' });
    await transition(table, reserved, ['AVAILABLE'], 'AVAILABLE', { reservedFor: 'beta' });
    expect((await replenish(2)).started).toHaveLength(2);
    expect(await getAccount(table, reserved)).not.toHaveProperty('reservedFor');
  });

  it('tells the stuck ones, which leave room for others on their way but not in the pool', async () => {
    await replenish(STOCK_IN_CREATION + 2);
    await become('VENDED');
    for (const name of started)
      await transition(table, name, ['VENDED'], 'VENDED', { vendedAt: new Date(0).toISOString() });
    const report = await replenish(STOCK_IN_CREATION + 2, 25 * HOUR);
    expect(report).toMatchObject({ stuck: STOCK_IN_CREATION, available: 0 });
    expect(report.started).toHaveLength(2);
  });
});
