import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ControlPlane } from '../control-planes.ts';
import { type FakeServers, fakeServers } from '../fake-servers.ts';
import { CONTROL_PLANE_BYTES } from '../memory.ts';
import { type PausingControlPlanes, type PausingOptions, withPauses } from '../pausing.ts';

export const MINUTE = 60_000;
const OPTIONS = { tokenWebhookUrl: 'http://t', authorizationWebhookUrl: 'http://a' };
const PLENTY = 100 * CONTROL_PLANE_BYTES;
const ends: (() => unknown)[] = [];

/** Ends whatever a test began, the last first. */
export async function endAll(): Promise<void> {
  for (const end of ends.splice(0).reverse()) await end();
}

/** Control planes with pauses over fake ones, on a clock that only the test moves: `most` is two. */
export interface Pausing {
  servers: FakeServers;
  planes: PausingControlPlanes;
  log: string[];
  time: { now: number };
  ensure(clusterId: string): Promise<ControlPlane>;
  states(): Record<string, string>;
  /** Ends everything and begins anew with the same records. */
  restart(more?: Partial<PausingOptions>): Promise<Pausing>;
}

export function begin(
  more: Partial<PausingOptions> = {},
  folder = mkdtempSync(join(tmpdir(), 'tenantry-pausing-')),
): Pausing {
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
export function talk(plane: ControlPlane): { said: Promise<string>; end(): Promise<void> } {
  const socket = connect(Number(new URL(plane.endpoint).port), '127.0.0.1');
  ends.push(() => socket.destroy());
  socket.on('error', () => undefined);
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const first = new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
  const end = async () => {
    socket.destroy();
    await gone;
  };
  return { said: Promise.race([first, gone.then(() => 'closed')]), end };
}

/** Until the cluster's end of a closed connection has noticed, too. */
export async function unused({ planes }: Pausing, id: string): Promise<void> {
  const used = () => planes.activity().some(({ clusterId, connections }) => clusterId === id && connections > 0);
  while (used()) await new Promise(setImmediate);
}
