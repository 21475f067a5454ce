import type { ControlPlane, ControlPlaneOptions, ControlPlanes } from './control-planes.ts';
import { availableBytes, defaultMost } from './memory.ts';
import { type PausableCluster, pausableCluster } from './pausable-cluster.ts';
import { createRoom, type Freed } from './room.ts';

export interface PausingOptions {
  /** Holds a record per cluster: its address outlives a restart. */
  readonly folder: string;
  /** How many control planes may run at once. Default: {@link defaultMost}. */
  readonly most?: number | undefined;
  /** A cluster nobody was connected to for so many real milliseconds is paused. Default: five minutes; `Infinity` for never. */
  readonly pauseAfter?: number | undefined;
  /**
   * How long a start waits for another cluster to become idle, real milliseconds. Default: a little over the 90 s after which an API server closes a
   * connection that nobody uses.
   */
  readonly patience?: number;
  /** Whether the cluster must go on running although nobody is connected. If it throws, the cluster is not paused. */
  isNeeded?(plane: ControlPlane): Promise<boolean>;
  /** While a control plane starts. */
  hold?(reason: string): () => void;
  log?(message: string): void;
  /** Memory that is free, bytes. */
  available?(): number;
  /** Real milliseconds. */
  now?(): number;
}

/** What a cluster does at present. */
export interface ClusterActivity {
  readonly clusterId: string;
  readonly state: 'starting' | 'running' | 'paused';
  readonly connections: number;
  /** Of its processes; none while it is paused. */
  readonly pids: readonly number[];
  /** Real milliseconds since somebody was connected or it was started. */
  readonly unusedFor: number;
}

/** Control planes of which only as many run as fit into memory. */
export interface PausingControlPlanes extends ControlPlanes {
  readonly most: number;
  activity(): ClusterActivity[];
  /** Pauses what was unused for long enough; happens by itself, too. */
  pauseIdle(): Promise<void>;
}

/** Whether they are paused when they are idle: a user's own cluster is not. */
export function isPausing(planes: ControlPlanes): planes is PausingControlPlanes {
  return 'activity' in planes;
}

const FIVE_MINUTES = 300_000;
const PATIENCE = 100_000;
const LOOK_EVERY = 15_000;

/**
 * The same control planes, each behind an address that stays. One that nobody is connected to for a while is paused: its processes end, its data
 * stays, and the first connection starts it again. An open watch is a connection; the API server itself closes those without a request. When there is no room for one
 * that is to start, the one that was used the longest time ago is paused for it; if there is none, the start throws `NoRoomError`, or the connection that asked for it
 * is closed.
 *
 * `adminKubeconfigPath` leads past the address: who uses it neither wakes the cluster nor keeps it from being paused.
 */
export function withPauses(planes: ControlPlanes, options: PausingOptions): PausingControlPlanes {
  const { pauseAfter = FIVE_MINUTES, now = () => performance.now(), log = () => undefined } = options;
  const { available = availableBytes, patience = PATIENCE, isNeeded } = options;
  const most = options.most ?? defaultMost(available());
  const clusters = new Map<string, PausableCluster>();
  const room = createRoom({ most, available, patience });
  const context = {
    planes,
    room,
    folder: options.folder,
    now,
    makeRoom,
    isNeeded: needed,
    hold: options.hold ?? (() => () => undefined),
    log,
  };

  async function needed(plane: ControlPlane): Promise<boolean> {
    try {
      return (await isNeeded?.(plane)) ?? false;
    } catch (error) {
      log(`cluster ${plane.clusterId} is not paused, for it did not say what runs on it: ${(error as Error).message}`);
      return true;
    }
  }

  async function makeRoom(): Promise<Freed> {
    const running = [...clusters.values()].filter((cluster) => cluster.state() === 'running');
    let mayBecomeIdle = false;
    for (const cluster of running.sort((one, other) => one.usedAt() - other.usedAt())) {
      const outcome = await cluster.pause();
      if (outcome === 'paused') return 'freed';
      mayBecomeIdle ||= outcome === 'used';
    }
    return mayBecomeIdle ? 'later' : 'never';
  }

  async function pauseIdle(): Promise<void> {
    const idle = [...clusters.values()].filter(
      (cluster) => cluster.state() === 'running' && now() - cluster.usedAt() >= pauseAfter,
    );
    await Promise.all(idle.map((cluster) => cluster.pause()));
  }

  const timer = setInterval(() => {
    pauseIdle().catch((error: Error) => log(`an idle cluster could not be paused: ${error.message}`));
  }, LOOK_EVERY);
  timer.unref();

  async function ensureRunning(clusterId: string, wanted: ControlPlaneOptions): Promise<ControlPlane> {
    const cluster = clusters.get(clusterId) ?? pausableCluster(clusterId, context);
    clusters.set(clusterId, cluster);
    return cluster.ensure(wanted);
  }

  async function end(clusterId: string, forget: boolean): Promise<void> {
    const cluster = clusters.get(clusterId);
    await cluster?.end(forget);
    if (clusters.get(clusterId) === cluster) clusters.delete(clusterId);
  }

  return {
    most,
    prepare: () => planes.prepare(),
    ensureRunning,
    async stop(clusterId) {
      await end(clusterId, false);
      await planes.stop(clusterId);
    },
    async remove(clusterId) {
      await end(clusterId, true);
      await planes.remove(clusterId);
    },
    async stopAll() {
      clearInterval(timer);
      room.close();
      await Promise.allSettled([...clusters.keys()].map((clusterId) => end(clusterId, false)));
      await planes.stopAll();
    },
    stats: () => planes.stats(),
    activity: () =>
      [...clusters.values()].map((cluster) => ({
        clusterId: cluster.clusterId,
        state: cluster.state(),
        connections: cluster.connections(),
        pids: cluster.pids(),
        unusedFor: Math.round(now() - cluster.usedAt()),
      })),
    pauseIdle,
  };
}
