import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Sandbox } from './sandbox.ts';
import { createSandboxPool, type SandboxPool } from './sandbox-pool.ts';

let pool: SandboxPool;
let started: string[];
let ended: string[];
const queued: number[] = [];

/** A sandbox that does nothing but live and die. */
async function start(name: string): Promise<Sandbox> {
  started.push(name);
  const sandbox = {
    alive: true,
    terminate: async () => {
      ended.push(name);
    },
  };
  return sandbox as unknown as Sandbox;
}
const acquire = (key: string) =>
  pool.acquire(
    key,
    () => start(key),
    () => true,
  );

beforeEach(() => {
  started = [];
  ended = [];
  queued.length = 0;
  pool = createSandboxPool({ maxWorkers: 2, idleMilliseconds: 60_000, onQueued: (_key, count) => queued.push(count) });
});
afterEach(() => pool.close());

it('uses the idle sandbox of a function again', async () => {
  const first = await acquire('a');
  pool.release('a', first.sandbox);
  const second = await acquire('a');
  expect([first.cold, second.cold, started]).toEqual([true, false, ['a']]);
});

it('ends the least recently used idle sandbox to make room for another function', async () => {
  for (const key of ['a', 'b']) pool.release(key, (await acquire(key)).sandbox);
  pool.release('a', (await acquire('a')).sandbox);
  await acquire('c');
  expect([started, ended]).toEqual([['a', 'b', 'c'], ['b']]);
  expect(pool.status).toEqual({ workers: 2, busy: 1, queued: 0 });
});

it('lets invocations wait while all workers are busy, and serves them in order', async () => {
  const [a, b] = [await acquire('a'), await acquire('b')];
  const order: string[] = [];
  const waiting = ['x', 'y'].map((key) =>
    acquire(key).then(({ sandbox }) => [order.push(key), pool.release(key, sandbox)]),
  );
  expect([pool.status.queued, queued]).toEqual([2, [1, 2]]);
  pool.release('a', a.sandbox);
  await Promise.all(waiting);
  expect(order).toEqual(['x', 'y']);
  pool.release('b', b.sandbox);
  expect(pool.status).toMatchObject({ busy: 0, queued: 0 });
});

it('frees the place of a sandbox that does not start', async () => {
  const failing = () =>
    pool.acquire(
      'a',
      () => Promise.reject(new Error('no')),
      () => true,
    );
  await expect(failing()).rejects.toThrow('no');
  await expect(failing()).rejects.toThrow('no');
  expect((await acquire('a')).cold).toBe(true);
});

it('replaces an idle sandbox that is not usable any more', async () => {
  pool.release('a', (await acquire('a')).sandbox);
  const fresh = await pool.acquire(
    'a',
    () => start('a'),
    () => false,
  );
  expect([fresh.cold, ended]).toEqual([true, ['a']]);
});

it('gives the first invocation the sandbox that is being prewarmed', async () => {
  let finish = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    finish = resolve;
  });
  pool.prewarm('a', () => ready.then(() => start('a')));
  await Promise.resolve();
  const first = acquire('a');
  finish();
  expect([(await first).cold, started]).toEqual([false, ['a']]);
});

it('ends the sandboxes of a discarded version, busy ones when they come back', async () => {
  const [idle, busy] = [await acquire('a'), await acquire('a')];
  pool.release('a', idle.sandbox);
  pool.discard('a');
  expect(ended).toHaveLength(1);
  pool.release('a', busy.sandbox);
  expect(ended).toHaveLength(2);
  expect(pool.status).toEqual({ workers: 0, busy: 0, queued: 0 });
});

it('serves a burst with the worker that is there, and starts another only for who waited long', async () => {
  const first = await acquire('a');
  const waiting = acquire('a');
  pool.release('a', first.sandbox);
  const second = await waiting;
  expect([second.cold, started]).toEqual([false, ['a']]);
  const third = await acquire('a');
  expect([third.cold, started]).toEqual([true, ['a', 'a']]);
});

it('never pushes out the worker of another function for a second one of its own', async () => {
  pool.release('b', (await acquire('b')).sandbox);
  const a = await acquire('a');
  const waiting = acquire('a');
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect([started, ended]).toEqual([['b', 'a'], []]);
  pool.release('a', a.sandbox);
  expect((await waiting).cold).toBe(false);
});
