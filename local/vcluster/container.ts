import type { Clock } from '../kernel/clock.ts';
import { KubeAssetsError } from '../kube/assets.ts';
import type { ContainerState, VirtualPod } from './pod.ts';
import type { RunningVirtualCluster } from './virtual-cluster.ts';

/** A container that runs, is started again when it ends, and says how it is. */
export interface Container {
  readonly virtual: VirtualPod;
  /** While it is ready. */
  running(): RunningVirtualCluster | undefined;
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

export interface ContainerOptions {
  readonly virtual: VirtualPod;
  readonly clock: Clock;
  /** Gives up what it can give up when the signal says so. */
  start(virtual: VirtualPod, signal: AbortSignal): Promise<RunningVirtualCluster>;
  report(state: ContainerState, restartCount: number, lastEnd?: string): Promise<void>;
  log(message: string): void;
}

/** Something that the pod refers to is not there yet: the container was not even tried. */
export class MountError extends Error {
  override readonly name = 'MountError';
}

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy: 10 s, twice as much each time, at most 5 minutes. */
const CRASH_DELAY = { first: 10_000, most: 300_000 };
/** A kubelet tries to mount again after half a second, twice as much each time, at most about two minutes. */
const MOUNT_DELAY = { first: 500, most: 122_000 };
const LONGEST_MESSAGE = 1024;

/** Starts at once. Delays are simulated time; while it starts, the clock stands still. */
export function runContainer(options: ContainerOptions): Container {
  const { virtual, clock, log } = options;
  const stopping = new AbortController();
  let running: RunningVirtualCluster | undefined;

  async function life(): Promise<void> {
    let restarts = 0;
    let mounts = 0;
    let last: string | undefined;
    while (!stopping.signal.aborted) {
      const end = await attempt(restarts, last);
      if (stopping.signal.aborted) return;
      log(`virtual cluster ${virtual.id}: ${end.message}`);
      last = end.message.slice(-LONGEST_MESSAGE);
      const wait = end.kind === 'crash' ? delay(CRASH_DELAY, restarts++) : delay(MOUNT_DELAY, mounts++);
      await tell(
        { kind: 'waiting', reason: end.reason, message: last },
        restarts,
        end.kind === 'crash' ? last : undefined,
      );
      await pause(clock, wait, stopping.signal);
    }
  }

  /** Resolves with how it ended. */
  async function attempt(restarts: number, last: string | undefined): Promise<End> {
    const release = clock.hold(`virtual cluster ${virtual.id} starts`);
    try {
      running = await options.start(virtual, stopping.signal);
      await tell({ kind: 'running', since: new Date().toISOString() }, restarts, last);
    } catch (error) {
      return endOf(error as Error);
    } finally {
      release();
    }
    const message = await Promise.race([running.ended, aborted(stopping.signal)]);
    const { stop } = running;
    running = undefined;
    await stop();
    return { kind: 'crash', reason: 'CrashLoopBackOff', message };
  }

  async function tell(state: ContainerState, restarts: number, last?: string): Promise<void> {
    try {
      await options.report(state, restarts, last);
    } catch (error) {
      log(`the status of ${virtual.id} could not be written: ${(error as Error).message}`);
    }
  }

  const ended = life();
  return {
    virtual,
    running: () => running,
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

interface End {
  kind: 'crash' | 'mount';
  reason: string;
  message: string;
}

function endOf(error: Error): End {
  const { message } = error;
  if (error instanceof MountError) return { kind: 'mount', reason: 'ContainerCreating', message };
  // The binary is what an image is to a kubelet.
  if (error instanceof KubeAssetsError) return { kind: 'mount', reason: 'ImagePullBackOff', message };
  return { kind: 'crash', reason: 'CrashLoopBackOff', message };
}

function delay({ first, most }: { first: number; most: number }, times: number): number {
  return Math.min(first * 2 ** times, most);
}

/** Resolves after simulated time, or at once when aborted. */
function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    // In the background: what never comes up must not drive the time.
    const timer = clock.at(clock.now() + milliseconds, resolve, { background: true });
    signal.addEventListener('abort', () => {
      timer.cancel();
      resolve();
    });
  });
}

function aborted(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('stopped');
    signal.addEventListener('abort', () => resolve('stopped'));
  });
}
