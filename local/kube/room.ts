import { setTimeout as delay } from 'node:timers/promises';
import { CONTROL_PLANE_BYTES } from './memory.ts';

/** There is no memory for another control plane; the message says what to do. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError';
}

export interface RoomOptions {
  /** How many control planes may run at once. */
  readonly most: number;
  /** Memory that is free, bytes. */
  available(): number;
  /** How long a control plane waits for another one to become idle, real milliseconds. */
  readonly patience: number;
}

/**
 * What became of an attempt to make room: `freed`; `later`, for whoever is busy now may become idle; `never`, for nobody that runs
 * can be paused.
 */
export type Freed = 'freed' | 'later' | 'never';

/** The memory for control planes: who starts takes room first, whoever has stopped gives it back. */
export interface Room {
  /** Takes room if there is any: fewer than `most` have some, and there is memory for it and for all that still start. */
  tryTake(clusterId: string): boolean;
  /**
   * Waits its turn, and then for room, which `free` makes. Throws {@link NoRoomError} when that is not possible, or has not been within the
   * patience.
   */
  take(clusterId: string, free: () => Promise<Freed>): Promise<void>;
  /** It has started: its memory is no longer to be reserved but in use. */
  settled(clusterId: string): void;
  giveBack(clusterId: string): void;
  /** Somebody may have become idle: those that wait look again. */
  changed(): void;
  /** Those that wait give up. */
  close(): void;
}

/** Memory is looked at again that often, real milliseconds: who gives it back need not be one of us. */
const LOOK_AGAIN = 1_000;

export function createRoom({ most, available, patience }: RoomOptions): Room {
  const taken = new Set<string>();
  const starting = new Set<string>();
  let queue: Promise<unknown> = Promise.resolve();
  let news = Promise.withResolvers<void>();
  let closed = false;

  function changed(): void {
    news.resolve();
    news = Promise.withResolvers<void>();
  }

  function tryTake(clusterId: string): boolean {
    if (taken.has(clusterId)) return true;
    if (taken.size >= most || available() < CONTROL_PLANE_BYTES * (starting.size + 1)) return false;
    taken.add(clusterId);
    starting.add(clusterId);
    return true;
  }

  async function waitFor(clusterId: string, free: () => Promise<Freed>): Promise<void> {
    const deadline = performance.now() + patience;
    while (!closed) {
      const { promise } = news;
      if (tryTake(clusterId)) return;
      const outcome = await free();
      if (outcome === 'freed') continue;
      const left = deadline - performance.now();
      // One that is still starting may be idle once it has.
      if ((outcome === 'never' && starting.size === 0) || left <= 0) break;
      await Promise.race([promise, delay(Math.min(LOOK_AGAIN, left), undefined, { ref: false })]);
    }
    throw new NoRoomError(explain());
  }

  function explain(): string {
    const mebibytes = Math.floor(available() / 2 ** 20);
    const each = CONTROL_PLANE_BYTES / 2 ** 20;
    return (
      `No room for another control plane: ${taken.size} of at most ${most} run and none of them is idle; one takes about ${each} MiB and ${mebibytes} MiB are free. ` +
      'Delete a cluster, end what watches one (kubectl get -w, controllers, virtual clusters), or raise the limit of control planes where the local cloud is started, if there is memory.'
    );
  }

  return {
    tryTake,
    async take(clusterId, free) {
      if (taken.has(clusterId)) return;
      const turn = queue.then(() => waitFor(clusterId, free));
      queue = turn.catch(() => undefined);
      await turn;
    },
    settled: (clusterId) => void starting.delete(clusterId),
    giveBack(clusterId) {
      taken.delete(clusterId);
      starting.delete(clusterId);
      changed();
    },
    changed,
    close() {
      closed = true;
      changed();
    },
  };
}
