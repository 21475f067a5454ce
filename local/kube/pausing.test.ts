import { afterEach, describe, expect, it } from 'vitest';
import { begin, endAll, MINUTE, talk, unused } from './testing/pausing.ts';

afterEach(endAll);

describe('an idle control plane', () => {
  it('is paused after its time, keeps its address, and is woken by the first connection', async () => {
    const test = begin();
    const plane = await test.ensure('A');
    test.time.now = 5 * MINUTE - 1;
    await test.planes.pauseIdle();
    expect(test.servers.running()).toEqual(['A']);
    test.time.now = 5 * MINUTE;
    await test.planes.pauseIdle();
    expect(test.servers.running()).toEqual([]);
    expect(await test.ensure('A')).toEqual({ ...plane, pids: [] });
    expect(test.servers.running()).toEqual([]);
    expect(await talk(plane).said).toBe('A');
    expect(test.states()).toEqual({ A: 'running' });
  });

  it('is not paused while somebody is connected; its time begins when they are gone', async () => {
    const test = begin();
    const watch = talk(await test.ensure('A'));
    await watch.said;
    test.time.now = 60 * MINUTE;
    await test.planes.pauseIdle();
    expect(test.servers.running()).toEqual(['A']);
    await watch.end();
    await unused(test, 'A');
    test.time.now += 4 * MINUTE;
    await test.planes.pauseIdle();
    expect(test.servers.running()).toEqual(['A']);
    test.time.now += MINUTE;
    await test.planes.pauseIdle();
    expect(test.servers.running()).toEqual([]);
  });

  it('is never paused while something of the local cloud hangs on it, or when it cannot say so', async () => {
    const unknown = new Error('no answer');
    const needs: Record<string, () => boolean> = {
      A: () => true,
      B: () => {
        throw unknown;
      },
      C: () => false,
    };
    const test = begin({ most: 3, isNeeded: async ({ clusterId }) => needs[clusterId]?.() ?? false });
    for (const id of ['A', 'B', 'C']) await test.ensure(id);
    test.time.now = 60 * MINUTE;
    await test.planes.pauseIdle();
    expect(test.servers.running()).toEqual(['A', 'B']);
    expect(test.log.join()).toContain('cluster B is not paused, for it did not say what runs on it: no answer');
  });

  it('is woken once by many, and by one that comes while it is being paused', async () => {
    const test = begin();
    const plane = await test.ensure('A');
    test.time.now = 5 * MINUTE;
    const paused = test.planes.pauseIdle();
    const clients = Array.from({ length: 20 }, () => talk(plane));
    await paused;
    expect(await Promise.all(clients.map(({ said }) => said))).toEqual(clients.map(() => 'A'));
    expect(test.servers.done.filter((what) => what === 'start A').length).toBe(
      1 + test.servers.done.filter((what) => what === 'stop A').length,
    );
  });

  it('that does not come back closes the connection, and tries again with the next one', async () => {
    const test = begin();
    const plane = await test.ensure('A');
    test.time.now = 5 * MINUTE;
    await test.planes.pauseIdle();
    test.servers.failure = new Error('disk full');
    expect(await talk(plane).said).toBe('closed');
    expect(test.log.join()).toContain('cluster A cannot be reached: disk full');
    test.servers.failure = undefined;
    expect(await talk(plane).said).toBe('A');
  });
});
