import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cleaningBench, LIMITS, type World } from './testing/cleaning-bench.ts';

let bench: Awaited<ReturnType<typeof cleaningBench>>;
beforeAll(async () => {
  bench = await cleaningBench();
});
afterAll(() => bench.close());

describe('a crash at any call, before or after its effect', () => {
  let calls: number;
  beforeEach(() => {
    calls = 0;
  });

  /** The world, in which the call of that number never comes back. */
  function crashing(at: number, when: 'before' | 'after'): World {
    const wrap = <Client extends { send: (...input: never[]) => Promise<unknown> }>(client: Client): Client =>
      ({
        async send(command: never) {
          const dies = ++calls === at;
          if (dies && when === 'before') throw new Error('crash');
          const answer = client.send(command);
          if (!dies) return answer;
          // Whatever the answer was, nobody hears it.
          await Promise.allSettled([answer]);
          throw new Error('crash');
        },
      }) as unknown as Client;
    const { table, clients } = bench.world();
    return {
      table: { name: table.name, client: wrap(table.client) },
      clients: { reader: wrap(clients.reader), broker: wrap(clients.broker), creator: clients.creator },
    };
  }

  it.each([
    { end: 'AVAILABLE', gone: 1, place: 'pool' },
    { end: 'QUARANTINED', gone: 0, place: 'quarantine' },
  ] as const)('ends as $end when it is run again', async ({ end, gone, place }) => {
    let crashes = 0;
    for (let at = 1; at < 60; at++) {
      for (const when of ['before', 'after'] as const) {
        calls = 0;
        const one = await bench.claimed();
        one.gone = gone;
        const crashed = await bench.cleaning(one, crashing(at, when)).then(
          () => false,
          (error: Error) => error.message === 'crash',
        );
        if (!crashed) {
          expect(crashes).toBeGreaterThan(30);
          return;
        }
        crashes++;
        await bench.cleaning(one, bench.world());
        const { account, ...rest } = await bench.stateOf(one);
        expect({ at, when, state: account?.state, place: rest.place, ledger: rest.ledger }).toEqual({
          at,
          when,
          state: end,
          place,
          ledger: 'DELETED',
        });
        if (gone > 0) expect(one.scans.slice(-LIMITS.cleanScans)).toEqual([0, 0]);
      }
    }
    throw new Error('more than 60 calls');
  });
});
