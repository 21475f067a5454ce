import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Table } from '../runtime/table.ts';
import { localTable } from '../testing/local-table.ts';
import { admitWaiters, arrive, leave, pauseGate, resumeGate, type WakeUp } from './gate.ts';
import { enqueue, holders, readGate, waiters } from './gate-records.ts';
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

const queue = (gate: string, operationId: string, position: number) =>
  enqueue(table, {
    gate,
    holderId: operationId,
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
      await queue('tenant#order', id, position);
      await admitWaiters(table, 'tenant#order', 1, wakeUp);
    }
    expect(woken).toEqual(['token-a']);
    await leave(table, 'tenant#order', 'a', 1, wakeUp);
    expect(woken).toEqual(['token-a', 'token-b']);
    await leave(table, 'tenant#order', 'b', 1, wakeUp);
    await leave(table, 'tenant#order', 'c', 1, wakeUp);
    expect(woken).toEqual(['token-a', 'token-b', 'token-c']);
    expect(await holders(table, 'tenant#order')).toBeUndefined();
  });

  it('never holds more than its capacity, however many come at once', async () => {
    const { woken, wakeUp } = waiting();
    const ids = Array.from({ length: 12 }, (_, index) => `op-${index}`);
    await Promise.all(
      ids.map(async (id, position) => {
        await queue('tenant#crowd', id, position);
        await admitWaiters(table, 'tenant#crowd', 3, wakeUp);
      }),
    );
    expect(Object.keys((await holders(table, 'tenant#crowd')) ?? {})).toHaveLength(3);
    expect(new Set(woken).size).toBe(3);
    for (let left = 0; left < ids.length; left++) {
      const [inside] = Object.keys((await holders(table, 'tenant#crowd')) ?? {});
      await leave(table, 'tenant#crowd', inside ?? '', 3, wakeUp);
    }
    expect(new Set(woken)).toEqual(new Set(ids.map((id) => `token-${id}`)));
    expect(await waiters(table, 'tenant#crowd')).toEqual([]);
  });

  it('passes over a waiter whose execution has ended', async () => {
    const { woken, gone, wakeUp } = waiting();
    await queue('tenant#dead', 'a', 1);
    await queue('tenant#dead', 'b', 2);
    gone.add('token-a');
    await admitWaiters(table, 'tenant#dead', 1, wakeUp);
    expect(woken).toEqual(['token-b']);
    expect(Object.keys((await holders(table, 'tenant#dead')) ?? {})).toEqual(['b']);
  });

  it('leaves an operation inside whose wake-up was delivered but whose place in the queue was left over by a crash', async () => {
    const { wakeUp } = waiting();
    await queue('tenant#crash', 'a', 1);
    await admitWaiters(table, 'tenant#crash', 1, wakeUp);
    await queue('tenant#crash', 'a', 1);
    await admitWaiters(table, 'tenant#crash', 1, wakeUp);
    expect(Object.keys((await holders(table, 'tenant#crash')) ?? {})).toEqual(['a']);
    expect(await waiters(table, 'tenant#crash')).toEqual([]);
  });
});

describe('a gate of a limit', () => {
  const GATE = 'account-creation';
  const come = (holderId: string, wakeUp: WakeUp, { executionArn = `arn:${holderId}`, position = 1 } = {}) =>
    arrive(
      table,
      {
        gate: GATE,
        holderId,
        executionArn,
        taskToken: `${holderId}@${position}`,
        enqueuedAt: new Date(position).toISOString(),
      },
      2,
      wakeUp,
    );

  it('lets nobody in while it is paused, keeps who is inside, and goes on in the order of arrival', async () => {
    const { woken, wakeUp } = waiting();
    for (const id of ['a', 'b']) await come(id, wakeUp);
    await pauseGate(table, GATE, { holderId: 'a', reason: 'ACCOUNT_LIMIT_EXCEEDED', since: 'now' });
    await pauseGate(table, GATE, { holderId: 'a', reason: 'later', since: 'now' });
    for (const [index, id] of ['c', 'a', 'd'].entries()) await come(id, wakeUp, { position: 2 + index });
    await repairGates(table, always, wakeUp);
    expect(woken).toHaveLength(2);
    expect(await readGate(table, GATE)).toMatchObject({
      holders: { b: { executionArn: 'arn:b' } },
      paused: { reason: 'ACCOUNT_LIMIT_EXCEEDED', holderId: 'a' },
    });
    await leave(table, GATE, 'b', 2, wakeUp);
    expect((await readGate(table, GATE))?.paused, 'a paused gate is kept though nobody is inside').toBeDefined();
    await resumeGate(table, GATE, 2, wakeUp);
    expect(woken.slice(2)).toEqual(['c@2', 'a@3']);
    for (const id of ['c', 'a', 'd']) await leave(table, GATE, id, 2, wakeUp);
    expect(await readGate(table, GATE)).toBeUndefined();
  });

  it('lets in at once, past the queue, the execution that replaces one inside, and asks from then on whether it runs', async () => {
    const { woken, wakeUp } = waiting();
    for (const [position, id] of ['e', 'f', 'g', 'h'].entries()) await come(id, wakeUp, { position });
    await come('e', wakeUp, { executionArn: 'arn:e2', position: 9 });
    expect(woken).toEqual(['e@0', 'f@1', 'e@9']);
    await repairGates(table, async (arn) => arn !== 'arn:e', wakeUp);
    expect(Object.keys((await holders(table, GATE)) ?? {}).sort()).toContain('e');
    for (const id of ['e', 'f', 'g', 'h']) await leave(table, GATE, id, 2, wakeUp);
  });

  it('reads no more of a long queue than of a short one', async () => {
    const { wakeUp } = waiting();
    for (const id of ['i', 'j']) await come(id, wakeUp, { position: 0 });
    await Promise.all(Array.from({ length: 60 }, (_, position) => queue(GATE, `q${position}`, position + 1)));
    let read = 0;
    const counting: Table = {
      ...table,
      client: {
        send: async (command: never) => {
          const answer = (await table.client.send(command)) as { Items?: unknown[] };
          read += answer.Items?.length ?? 0;
          return answer as never;
        },
      },
    };
    await admitWaiters(counting, GATE, 2, wakeUp);
    await repairGates(counting, always, wakeUp);
    expect(read).toBeLessThan(40);
    for (const { holderId } of await waiters(table, GATE)) await leave(table, GATE, holderId, 70, wakeUp);
    for (const id of Object.keys((await holders(table, GATE)) ?? {})) await leave(table, GATE, id, 70, wakeUp);
    expect(await waiters(table, GATE)).toEqual([]);
  });
});

describe('repair', () => {
  it('wakes a waiter whose wake-up was lost', async () => {
    const { woken, wakeUp } = waiting();
    await queue('tenant#lost', 'a', 1);
    await repairGates(table, always, wakeUp);
    expect(woken).toContain('token-a');
  });

  it('takes out an operation whose execution has ended, and lets the next in', async () => {
    const { woken, wakeUp } = waiting();
    await queue('tenant#ended', 'a', 1);
    await admitWaiters(table, 'tenant#ended', 1, wakeUp);
    await queue('tenant#ended', 'b', 2);
    await repairGates(table, async (arn) => arn !== 'arn:a', wakeUp);
    expect(woken).toContain('token-b');
    expect(Object.keys((await holders(table, 'tenant#ended')) ?? {})).toEqual(['b']);
  });

  it('leaves the gate to an operation whose compensation failed: its redrive goes on inside', async () => {
    const { wakeUp } = waiting();
    const now = new Date(0).toISOString();
    await registerTenant(table, {
      tenantId: 'stuck',
      generation: 1,
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
    await queue('tenant#stuck', 'a', 1);
    await admitWaiters(table, 'tenant#stuck', 1, wakeUp);
    await repairGates(table, never, wakeUp);
    expect(Object.keys((await holders(table, 'tenant#stuck')) ?? {})).toEqual(['a']);
  });
});
