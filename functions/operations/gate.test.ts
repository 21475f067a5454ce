import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Table } from '../runtime/table.ts';
import { localTable } from '../testing/local-table.ts';
import { admitWaiters, enqueue, holders, leave, type WakeUp, waiters } from './gate.ts';
import { repairGates } from './repair-gates.ts';
import { registerTenant } from './tenant-registry.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterAll(() => close());

/** Executions that wait with a token, as Step Functions knows them. */
function waiting() {
  const woken: string[] = [];
  const gone = new Set<string>();
  const wakeUp: WakeUp = async (token) => {
    if (gone.has(token) || woken.includes(token)) return 'gone';
    woken.push(token);
    return 'woken';
  };
  return { woken, gone, wakeUp };
}

const arrive = (gate: string, operationId: string, position: number) =>
  enqueue(table, {
    gate,
    operationId,
    executionArn: `arn:${operationId}`,
    taskToken: `token-${operationId}`,
    enqueuedAt: new Date(position).toISOString(),
  });

const always = async () => true;
const never = async () => false;

describe('gate', () => {
  it('lets one in, and the next when the first has left, in the order of arrival', async () => {
    const { woken, wakeUp } = waiting();
    for (const [position, id] of ['a', 'b', 'c'].entries()) {
      await arrive('order', id, position);
      await admitWaiters(table, 'order', 1, wakeUp);
    }
    expect(woken).toEqual(['token-a']);
    await leave(table, 'order', 'a', 1, wakeUp);
    expect(woken).toEqual(['token-a', 'token-b']);
    await leave(table, 'order', 'b', 1, wakeUp);
    await leave(table, 'order', 'c', 1, wakeUp);
    expect(woken).toEqual(['token-a', 'token-b', 'token-c']);
    expect(await holders(table, 'order')).toBeUndefined();
  });

  it('never holds more than its capacity, however many come at once', async () => {
    const { woken, wakeUp } = waiting();
    const ids = Array.from({ length: 12 }, (_, index) => `op-${index}`);
    await Promise.all(
      ids.map(async (id, position) => {
        await arrive('crowd', id, position);
        await admitWaiters(table, 'crowd', 3, wakeUp);
      }),
    );
    expect(Object.keys((await holders(table, 'crowd')) ?? {})).toHaveLength(3);
    expect(new Set(woken).size).toBe(3);
    for (let left = 0; left < ids.length; left++) {
      const [inside] = Object.keys((await holders(table, 'crowd')) ?? {});
      await leave(table, 'crowd', inside ?? '', 3, wakeUp);
    }
    expect(new Set(woken)).toEqual(new Set(ids.map((id) => `token-${id}`)));
    expect(await waiters(table, 'crowd')).toEqual([]);
  });

  it('passes over a waiter whose execution has ended', async () => {
    const { woken, gone, wakeUp } = waiting();
    await arrive('dead', 'a', 1);
    await arrive('dead', 'b', 2);
    gone.add('token-a');
    await admitWaiters(table, 'dead', 1, wakeUp);
    expect(woken).toEqual(['token-b']);
    expect(Object.keys((await holders(table, 'dead')) ?? {})).toEqual(['b']);
  });

  it('leaves an operation inside whose wake-up was delivered but whose place in the queue was left over by a crash', async () => {
    const { wakeUp } = waiting();
    await arrive('crash', 'a', 1);
    await admitWaiters(table, 'crash', 1, wakeUp);
    await arrive('crash', 'a', 1);
    await admitWaiters(table, 'crash', 1, wakeUp);
    expect(Object.keys((await holders(table, 'crash')) ?? {})).toEqual(['a']);
    expect(await waiters(table, 'crash')).toEqual([]);
  });
});

describe('repair', () => {
  it('wakes a waiter whose wake-up was lost', async () => {
    const { woken, wakeUp } = waiting();
    await arrive('tenant#lost', 'a', 1);
    await repairGates(table, always, wakeUp);
    expect(woken).toContain('token-a');
  });

  it('takes out an operation whose execution has ended, and lets the next in', async () => {
    const { woken, wakeUp } = waiting();
    await arrive('tenant#ended', 'a', 1);
    await admitWaiters(table, 'tenant#ended', 1, wakeUp);
    await arrive('tenant#ended', 'b', 2);
    await repairGates(table, async (arn) => arn !== 'arn:a', wakeUp);
    expect(woken).toContain('token-b');
    expect(Object.keys((await holders(table, 'tenant#ended')) ?? {})).toEqual(['b']);
  });

  it('leaves the gate to an operation whose compensation failed: its redrive goes on inside', async () => {
    const { wakeUp } = waiting();
    const now = new Date(0).toISOString();
    await registerTenant(table, {
      tenantId: 'stuck',
      state: 'COMPENSATION_FAILED',
      tier: 'basic',
      placement: { account: 'pooled', workspace: 'namespace' },
      owner: 'saas.test',
      operationId: 'a',
      executionArn: 'arn:a',
      correlationId: 'a',
      createdAt: now,
      updatedAt: now,
    });
    await arrive('tenant#stuck', 'a', 1);
    await admitWaiters(table, 'tenant#stuck', 1, wakeUp);
    await repairGates(table, never, wakeUp);
    expect(Object.keys((await holders(table, 'tenant#stuck')) ?? {})).toEqual(['a']);
  });
});
