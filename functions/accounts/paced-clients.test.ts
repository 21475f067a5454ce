import {
  DescribeCreateAccountStatusCommand,
  ListRootsCommand,
  MoveAccountCommand,
} from '@aws-sdk/client-organizations';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RATES } from '../../tenancy/accounts/limits.ts';
import type { Table } from '../runtime/table.ts';
import { emptyTable, localTable } from '../testing/local-table.ts';
import type { OrganizationClients } from './organization.ts';
import { pacedClients } from './paced-clients.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterAll(() => close());
beforeEach(() => emptyTable(table));

/** Clients whose calls are noted with the simulated time at which they are made; every waiter has a time of its own. */
function noting() {
  const calls: { name: string; at: number }[] = [];
  const make = () => {
    let time = 1_000_000;
    const client = {
      send: async (command: object) => {
        calls.push({ name: command.constructor.name, at: time });
      },
    };
    const clients = { reader: client, broker: client, creator: client } as unknown as OrganizationClients;
    return pacedClients(table, clients, {
      now: () => time,
      async sleep(milliseconds) {
        time += milliseconds;
      },
    });
  };
  return { calls, make };
}

const move = () => new MoveAccountCommand({ AccountId: '1', SourceParentId: 'r', DestinationParentId: 'o' });
const look = () => new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: 'car-1' });

/** Whether AWS's bucket would have refused a call. */
function refused(times: number[], perSecond: number, burst: number): boolean {
  return times.some((from, first) =>
    times.some((to, last) => last >= first && last - first + 1 > burst + ((to - from) / 1_000) * perSecond + 1e-6),
  );
}

describe('paced clients', () => {
  it('space calls of all functions, so that AWS refuses none of those that come at once', async () => {
    const { calls, make } = noting();
    await Promise.all(Array.from({ length: 10 }, () => make().broker.send(move())));
    const times = calls.map(({ at }) => at).sort((a, b) => a - b);
    expect(times).toHaveLength(10);
    expect(refused(times, 2, 3)).toBe(false);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThanOrEqual(5_000);
  });

  it('know looks at creations as a rate of their own, and leave other calls alone', async () => {
    const { calls, make } = noting();
    await Promise.all(Array.from({ length: 8 }, () => make().reader.send(look())));
    const times = calls.map(({ at }) => at).sort((a, b) => a - b);
    expect(refused(times, 2, 2)).toBe(false);
    expect(times[1]).toBeGreaterThan(times[0] ?? 0);
    await Promise.all(Array.from({ length: 5 }, () => make().reader.send(new ListRootsCommand({}))));
    expect(calls.slice(8).map(({ at }) => at)).toEqual(Array(5).fill(1_000_000));
  });

  it('do not wait long: the step is run again', async () => {
    const { calls, make } = noting();
    const many = Math.ceil(8 * RATES.MoveAccountNow.perSecond) + 10;
    const outcomes = await Promise.allSettled(Array.from({ length: many }, () => make().broker.send(move())));
    const failed = outcomes.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Error).name] : []));
    expect(new Set(failed)).toEqual(new Set(['AwsThrottled']));
    expect(calls.length + failed.length).toBe(many);
    expect(Math.max(...calls.map(({ at }) => at))).toBeLessThanOrEqual(1_008_000);
  });
});
