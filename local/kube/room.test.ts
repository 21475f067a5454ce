import { afterEach, describe, expect, it } from 'vitest';
import type { ControlPlane } from './control-planes.ts';
import { CONTROL_PLANE_BYTES } from './memory.ts';
import { begin, endAll, talk, unused } from './testing/pausing.ts';

afterEach(endAll);

describe('the bound of running control planes', () => {
  it('pauses the one that was used the longest time ago', async () => {
    const test = begin();
    const first = await test.ensure('A');
    test.time.now = 1;
    await test.ensure('B');
    test.time.now = 2;
    const used = talk(first);
    await used.said;
    await used.end();
    await unused(test, 'A');
    await test.ensure('C');
    expect(test.states()).toEqual({ A: 'running', B: 'paused', C: 'running' });
  });

  it('refuses a new one with advice when none is idle, and leaves nothing of it', async () => {
    const test = begin();
    const watches = [talk(await test.ensure('A')), talk(await test.ensure('B'))];
    await Promise.all(watches.map(({ said }) => said));
    await expect(test.ensure('C')).rejects.toMatchObject({
      name: 'NoRoomError',
      message: expect.stringMatching(/2 of at most 2 run and none of them is idle.*Delete a cluster/) as string,
    });
    expect(test.servers.running()).toEqual(['A', 'B']);
    await watches[0]?.end();
    await unused(test, 'A');
    await test.ensure('C');
    expect(test.servers.running()).toEqual(['B', 'C']);
  });

  it('has the one that starts wait for another to become idle, and does not wait for those that never will', async () => {
    const test = begin({ most: 1, patience: 60_000, isNeeded: async ({ clusterId }) => clusterId === 'B' });
    const watch = talk(await test.ensure('A'));
    await watch.said;
    const waiting = test.ensure('B');
    await watch.end();
    await waiting;
    expect(test.servers.running()).toEqual(['B']);
    await expect(test.ensure('C')).rejects.toMatchObject({ name: 'NoRoomError' });
  });

  it('holds for a hundred connections to twelve paused ones at once', async () => {
    const test = begin({ most: 3, patience: 60_000 });
    const planes: ControlPlane[] = [];
    for (let number = 0; number < 12; number++) planes.push(await test.ensure(`C${number}`));
    let most = 0;
    const ask = async (number: number) => {
      const { said, end } = talk(planes[number % 12] as ControlPlane);
      const answer = await said;
      most = Math.max(most, test.servers.running().length);
      await end();
      return answer;
    };
    const answers = await Promise.all(Array.from({ length: 100 }, (_, number) => ask(number)));
    expect(answers).toEqual(answers.map((_, number) => `C${number % 12}`));
    expect(most).toBeLessThanOrEqual(3);
  });

  it('counts memory: what still starts is reserved', async () => {
    const start = Promise.withResolvers<void>();
    let available = 1.5 * CONTROL_PLANE_BYTES;
    const test = begin({ most: 10, available: () => available });
    test.servers.gate = start.promise;
    const first = test.ensure('A');
    await expect(test.ensure('B')).rejects.toMatchObject({ name: 'NoRoomError' });
    start.resolve();
    await first;
    // What the first one takes is no longer free, so nothing is reserved for it.
    await test.ensure('B');
    expect(test.servers.done).toEqual(['start A', 'start B']);
    available = 10 * 2 ** 20;
    await expect(test.ensure('C')).rejects.toThrow(/one takes about 400 MiB and 10 MiB are free/);
  });

  it('is as many as fit in half of what is free, at least one', () => {
    const most = (clusters: number) =>
      begin({ most: undefined, available: () => clusters * CONTROL_PLANE_BYTES }).planes.most;
    expect([0, 1, 2, 4, 5, 20].map(most)).toEqual([1, 1, 1, 2, 2, 10]);
  });
});
