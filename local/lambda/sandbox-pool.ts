import { availableParallelism } from 'node:os';
import type { Sandbox } from './sandbox.ts';
import { createWaitingLine } from './waiting-line.ts';

/**
 * How long an invocation waits for a busy worker of its function before another one is started for it, in real time. A
 * start costs a processor hundreds of milliseconds: a burst of short invocations is served sooner by few warm workers.
 */
const PATIENCE_MILLISECONDS = 250;

export interface SandboxPool {
  /**
   * A sandbox of `key`, warm if there is one, else made by `start`. Waits while `maxWorkers` are busy, first come first served.
   * Give it back with {@link release}. Rejects with what `start` rejected with.
   */
  acquire(key: string, start: () => Promise<Sandbox>, usable: (sandbox: Sandbox) => boolean): Promise<Acquired>;
  release(key: string, sandbox: Sandbox): void;
  /** Starts one idle sandbox of `key` in the background if there is none and room for it. One at a time for the whole pool. */
  prewarm(key: string, start: () => Promise<Sandbox>): void;
  /** Ends the idle sandboxes of a version that is gone; busy ones end when they are released. */
  discard(key: string): void;
  readonly status: { readonly workers: number; readonly busy: number; readonly queued: number };
  close(): Promise<void>;
}

export interface Acquired {
  readonly sandbox: Sandbox;
  /** True for the first invocation of a sandbox that was started for it. */
  readonly cold: boolean;
}

interface Slots {
  idle: Sandbox[];
  /** Workers of this key: idle, busy or starting. */
  count: number;
  /** The start of a prewarmed sandbox, until it is idle or has failed; one invocation may wait for it. */
  starting?: Promise<void> | undefined;
  discarded: boolean;
}

/**
 * Warm workers of all functions, at most `maxWorkers` in all: the least recently used idle one makes room for another
 * function, and an idle one ends after `idleMilliseconds` of real time.
 */
export function createSandboxPool(options: {
  maxWorkers: number;
  idleMilliseconds: number;
  onQueued?: (key: string, queued: number) => void;
}): SandboxPool {
  const slots = new Map<string, Slots>();
  const lastUsed = new Map<Sandbox, { key: string; timer: NodeJS.Timeout }>();
  const waiting = createWaitingLine();
  let workers = 0;
  let coldStarts = 0;
  let busy = 0;
  let closed = false;
  let prewarming = Promise.resolve();

  const slotsOf = (key: string): Slots => {
    const known = slots.get(key);
    if (known) return known;
    const made = { idle: [], count: 0, discarded: false };
    slots.set(key, made);
    return made;
  };

  /** A worker of the key has come to its end. Who has none at all is served first. */
  function gone(key: string): void {
    workers--;
    slotsOf(key).count--;
    waiting.wake(key, (other) => slotsOf(other).count === 0);
  }

  function come(key: string): void {
    workers++;
    slotsOf(key).count++;
  }

  function end(key: string, sandbox: Sandbox): void {
    const use = lastUsed.get(sandbox);
    if (use) {
      clearTimeout(use.timer);
      lastUsed.delete(sandbox);
      const slot = slots.get(use.key);
      if (slot) slot.idle = slot.idle.filter((other) => other !== sandbox);
    }
    void sandbox.terminate();
    gone(key);
  }

  function park(key: string, sandbox: Sandbox): void {
    const timer = setTimeout(() => end(key, sandbox), options.idleMilliseconds);
    timer.unref();
    lastUsed.set(sandbox, { key, timer });
    slotsOf(key).idle.push(sandbox);
    waiting.wake(key, (other) => slotsOf(other).count === 0);
  }

  function takeIdle(key: string, usable: (sandbox: Sandbox) => boolean): Sandbox | undefined {
    const slot = slotsOf(key);
    for (let sandbox = slot.idle.pop(); sandbox; sandbox = slot.idle.pop()) {
      clearTimeout(lastUsed.get(sandbox)?.timer);
      lastUsed.delete(sandbox);
      if (sandbox.alive && usable(sandbox)) return sandbox;
      void sandbox.terminate();
      gone(key);
    }
    return undefined;
  }

  /** Room for one more worker, if need be at the cost of the least recently used idle one. */
  function makeRoom(): boolean {
    if (workers < options.maxWorkers) return true;
    const oldest = lastUsed.keys().next().value;
    const use = oldest && lastUsed.get(oldest);
    if (!use) return false;
    end(use.key, oldest);
    return true;
  }

  /** The first worker of a key may push out another key's idle one; a further one needs room, patience and a processor. */
  function mayStart(key: string, impatient: boolean): boolean {
    if (slotsOf(key).count === 0) return makeRoom();
    return impatient && workers < options.maxWorkers && coldStarts < availableParallelism();
  }

  return {
    async acquire(key, start, usable) {
      const ticket = waiting.ticket();
      for (let impatient = false; ; ) {
        if (closed) throw new Error('The Lambda workers are stopped');
        const warm = takeIdle(key, usable);
        if (warm) {
          busy++;
          return { sandbox: warm, cold: false };
        }
        const { starting } = slotsOf(key);
        if (starting) {
          slotsOf(key).starting = undefined;
          await starting;
          continue;
        }
        if (mayStart(key, impatient)) break;
        options.onQueued?.(key, waiting.length + 1);
        impatient = (await waiting.wait(ticket, key, PATIENCE_MILLISECONDS)) === 'impatient';
      }
      come(key);
      busy++;
      coldStarts++;
      slotsOf(key).discarded = false;
      try {
        return { sandbox: await start(), cold: true };
      } catch (error) {
        busy--;
        gone(key);
        throw error;
      } finally {
        coldStarts--;
      }
    },
    release(key, sandbox) {
      busy--;
      if (closed || !sandbox.alive || slotsOf(key).discarded) end(key, sandbox);
      else park(key, sandbox);
    },
    prewarm(key, start) {
      prewarming = prewarming.then(async () => {
        const slot = slotsOf(key);
        if (closed || slot.discarded || slot.idle.length > 0 || workers >= options.maxWorkers) return;
        come(key);
        slot.starting = start().then(
          (sandbox) => park(key, sandbox),
          () => {
            // The first invocation meets the same failure and reports it, as Lambda does with a failed init phase.
            gone(key);
          },
        );
        await slot.starting;
        slot.starting = undefined;
        if (closed || slot.discarded) this.discard(key);
      });
    },
    discard(key) {
      const slot = slots.get(key);
      if (!slot) return;
      slot.discarded = true;
      for (const sandbox of [...slot.idle]) end(key, sandbox);
    },
    get status() {
      return { workers, busy, queued: waiting.length };
    },
    async close() {
      closed = true;
      const idle = [...lastUsed.keys()];
      for (const key of slots.keys()) this.discard(key);
      waiting.wakeAll();
      await Promise.all(idle.map((sandbox) => sandbox.terminate()));
    },
  };
}
