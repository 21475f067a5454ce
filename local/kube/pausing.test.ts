import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ControlPlane } from './control-planes.ts';
import { type FakeServers, fakeServers } from './fake-servers.ts';
import { CONTROL_PLANE_BYTES } from './memory.ts';
import { type PausingControlPlanes, type PausingOptions, withPauses } from './pausing.ts';

const OPTIONS = { tokenWebhookUrl: 'http://t', authorizationWebhookUrl: 'http://a' };
const MINUTE = 60_000;
const PLENTY = 100 * CONTROL_PLANE_BYTES;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Test {
  servers: FakeServers;
  planes: PausingControlPlanes;
  log: string[];
  time: { now: number };
  ensure(clusterId: string): Promise<ControlPlane>;
  states(): Record<string, string>;
  /** Ends everything and begins anew with the same records. */
  restart(more?: Partial<PausingOptions>): Promise<Test>;
}

function begin(more: Partial<PausingOptions> = {}, folder = mkdtempSync(join(tmpdir(), 'tenantry-pausing-'))): Test {
  const servers = fakeServers();
  const log: string[] = [];
  const time = { now: 0 };
  const planes = withPauses(servers, {
    folder,
    most: 2,
    patience: 0,
    pauseAfter: 5 * MINUTE,
    available: () => PLENTY,
    now: () => time.now,
    log: (message) => void log.push(message),
    ...more,
  });
  ends.push(async () => {
    await planes.stopAll();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    servers,
    planes,
    log,
    time,
    ensure: (clusterId) => planes.ensureRunning(clusterId, OPTIONS),
    states: () => Object.fromEntries(planes.activity().map(({ clusterId, state }) => [clusterId, state])),
    async restart(other) {
      await planes.stopAll();
      return begin(other ?? more, folder);
    },
  };
}

/** Connects, and resolves with what the server said first, or `closed`. */
function talk(plane: ControlPlane): { socket: Socket; said: Promise<string>; end(): Promise<void> } {
  const socket = connect(Number(new URL(plane.endpoint).port), '127.0.0.1');
  ends.push(() => socket.destroy());
  socket.on('error', () => undefined);
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const first = new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
  const end = async () => {
    socket.destroy();
    await gone;
  };
  return { socket, said: Promise.race([first, gone.then(() => 'closed')]), end };
}

/** Until the cluster's end of a closed connection has noticed, too. */
async function unused({ planes }: Test, id: string): Promise<void> {
  const used = () => planes.activity().some(({ clusterId, connections }) => clusterId === id && connections > 0);
  while (used()) await new Promise(setImmediate);
}

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

describe('a restart', () => {
  it('leaves paused ones paused and starts the others, all at their addresses', async () => {
    const before = begin();
    const planes = [await before.ensure('A'), await before.ensure('B'), await before.ensure('C')];
    expect(before.states()).toEqual({ A: 'paused', B: 'running', C: 'running' });
    const after = await before.restart();
    const again = await Promise.all(['A', 'B', 'C'].map(after.ensure));
    expect(after.states()).toEqual({ A: 'paused', B: 'running', C: 'running' });
    expect(again.map(({ endpoint }) => endpoint)).toEqual(planes.map(({ endpoint }) => endpoint));
    expect(again.map((plane) => plane.certificateAuthorityData)).toEqual(['CA of A', 'CA of B', 'CA of C']);
    expect(await talk(again[0] as ControlPlane).said).toBe('A');
  });

  it('with less room leaves those paused that do not fit', async () => {
    const before = begin();
    await before.ensure('A');
    await before.ensure('B');
    const after = await before.restart({ most: 1 });
    await Promise.all(['A', 'B'].map(after.ensure));
    expect(Object.values(after.states()).sort()).toEqual(['paused', 'running']);
    expect(after.log.join()).toMatch(/cluster [AB] stays paused until it is asked something: no room for it/);
  });

  it('knows nothing of one that was removed', async () => {
    const before = begin();
    const plane = await before.ensure('A');
    before.time.now = 5 * MINUTE;
    await before.planes.pauseIdle();
    await before.planes.remove('A');
    expect(await talk(plane).said).toBe('closed');
    const after = await before.restart();
    await after.ensure('A');
    expect(after.states()).toEqual({ A: 'running' });
  });
});
