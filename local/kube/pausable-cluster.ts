import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlane, ControlPlaneOptions, ControlPlanes } from './control-planes.ts';
import { type Front, openFront } from './front.ts';
import { readRecord } from './leftovers.ts';
import type { Freed, Room } from './room.ts';
import { writeSecret } from './secret-file.ts';

/** What pausable clusters share. */
export interface PausableContext {
  readonly planes: ControlPlanes;
  readonly room: Room;
  /** Holds a record per cluster. */
  readonly folder: string;
  now(): number;
  makeRoom(): Promise<Freed>;
  /** Whether something of the local cloud itself hangs on the cluster's API. */
  isNeeded(plane: ControlPlane): Promise<boolean>;
  hold(reason: string): () => void;
  log(message: string): void;
}

/** `used`: somebody is connected, or it is being started or ended. `needed`: as {@link PausableContext.isNeeded} says. */
export type PauseOutcome = 'paused' | 'used' | 'needed';

/** One cluster behind an address that stays while its control plane comes and goes. */
export interface PausableCluster {
  readonly clusterId: string;
  state(): 'starting' | 'running' | 'paused';
  connections(): number;
  pids(): readonly number[];
  /** When somebody was last connected, or it was started. */
  usedAt(): number;
  /** Has it run with these options, or paused if that is what it was. Throws what its start throws; then it has neither address nor room. */
  ensure(wanted: ControlPlaneOptions): Promise<ControlPlane>;
  /** Ends its processes, unless somebody uses it. */
  pause(): Promise<PauseOutcome>;
  /** Ends its processes and closes its address. With `forget` nothing remembers the address either. */
  end(forget?: boolean): Promise<void>;
}

/** What is known of a cluster without asking it. */
interface Address {
  readonly port: number;
  readonly certificateAuthorityData: string;
  readonly adminKubeconfigPath: string;
  /** Whether it was paused, and a restart of the local cloud leaves it so. */
  readonly paused: boolean;
}

export function pausableCluster(clusterId: string, context: PausableContext): PausableCluster {
  const { planes, room, now, log } = context;
  const file = join(context.folder, `${clusterId}.json`);
  let address = readRecord<Address>(file);
  let options: ControlPlaneOptions | undefined;
  let front: Front | undefined;
  let running: ControlPlane | undefined;
  let startedAt = now();
  let ended = false;
  let turns = 0;
  let turn: Promise<unknown> = Promise.resolve();

  /** Start, pause and end happen one after the other. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    turns += 1;
    const mine = turn.then(work, work).finally(() => {
      turns -= 1;
      room.changed();
    });
    turn = mine.catch(() => undefined);
    return mine;
  }

  /** Resolves at once if it runs already, and with it as the local cloud itself reaches it. */
  async function start(): Promise<ControlPlane> {
    if (ended || !options) throw new Error(`cluster ${clusterId} is being stopped`);
    if (!running) await room.take(clusterId, async () => (ended ? 'never' : context.makeRoom()));
    const before = running;
    const release = before ? () => undefined : context.hold(`control plane of cluster ${clusterId} starts`);
    try {
      running = await planes.ensureRunning(clusterId, options);
      if (!before) {
        startedAt = now();
        remember(running, false);
      }
      return running;
    } catch (error) {
      running = undefined;
      room.giveBack(clusterId);
      throw error;
    } finally {
      room.settled(clusterId);
      release();
    }
  }

  async function ensure(wanted: ControlPlaneOptions): Promise<ControlPlane> {
    options = wanted;
    const returns = front === undefined && address?.paused === false;
    try {
      front ??= await openFront({ preferredPort: address?.port, now, target, onIdle: room.changed });
      const sleeps = !running && address !== undefined && !(returns && room.tryTake(clusterId));
      if (sleeps && returns) log(`cluster ${clusterId} stays paused until it is asked something: no room for it`);
      if (!sleeps) await start();
    } catch (error) {
      await front?.close();
      front = undefined;
      throw error;
    }
    return view(front.port);
  }

  async function target(): Promise<number> {
    try {
      return Number(new URL((await inTurn(start)).endpoint).port);
    } catch (error) {
      log(`cluster ${clusterId} cannot be reached: ${(error as Error).message}`);
      throw error;
    }
  }

  function view(port: number): ControlPlane {
    if (!address) throw new Error(`cluster ${clusterId} has never run`);
    if (address.port !== port) remember(address, address.paused);
    const { certificateAuthorityData, adminKubeconfigPath } = address;
    const endpoint = `https://127.0.0.1:${port}`;
    return { clusterId, endpoint, certificateAuthorityData, adminKubeconfigPath, pids: running?.pids ?? [] };
  }

  function remember(known: Pick<Address, 'certificateAuthorityData' | 'adminKubeconfigPath'>, paused: boolean): void {
    const { certificateAuthorityData, adminKubeconfigPath } = known;
    address = { port: front?.port ?? 0, certificateAuthorityData, adminKubeconfigPath, paused };
    mkdirSync(context.folder, { recursive: true, mode: 0o700 });
    writeSecret(file, JSON.stringify(address));
  }

  function isUsed(): boolean {
    return ended || turns > 0 || front === undefined || front.connections() > 0;
  }

  async function stopIdle(): Promise<PauseOutcome> {
    // Somebody may have come while this waited for its turn.
    if (!running || ended || front?.connections() !== 0) return 'used';
    const before = running;
    await planes.stop(clusterId);
    running = undefined;
    room.giveBack(clusterId);
    remember(before, true);
    log(`cluster ${clusterId} is idle: paused until it is asked something`);
    return 'paused';
  }

  return {
    clusterId,
    state: () => (turns > 0 && !running ? 'starting' : running ? 'running' : 'paused'),
    connections: () => front?.connections() ?? 0,
    pids: () => running?.pids ?? [],
    usedAt: () => Math.max(startedAt, front?.lastUsed() ?? 0),
    ensure: (wanted) => inTurn(() => ensure(wanted)),
    async pause() {
      if (!running || isUsed()) return 'used';
      if (await context.isNeeded(running)) return 'needed';
      return isUsed() ? 'used' : inTurn(stopIdle);
    },
    async end(forget = false) {
      ended = true;
      // Its start may be waiting for room.
      room.changed();
      await front?.close();
      await inTurn(async () => {
        await planes.stop(clusterId);
        running = undefined;
        room.giveBack(clusterId);
        if (forget) rmSync(file, { force: true });
      });
    },
  };
}
