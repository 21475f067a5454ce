import type { Sandbox } from './sandbox.ts';

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
  const waiting: (() => void)[] = [];
  let workers = 0;
  let busy = 0;
  let closed = false;
  let prewarming = Promise.resolve();

  const slotsOf = (key: string): Slots => {
    const known = slots.get(key);
    if (known) return known;
    const made = { idle: [], discarded: false };
    slots.set(key, made);
    return made;
  };

  function end(sandbox: Sandbox): void {
    const use = lastUsed.get(sandbox);
    if (use) {
      clearTimeout(use.timer);
      lastUsed.delete(sandbox);
      const slot = slots.get(use.key);
      if (slot) slot.idle = slot.idle.filter((other) => other !== sandbox);
    }
    workers--;
    void sandbox.terminate();
    waiting.shift()?.();
  }

  function park(key: string, sandbox: Sandbox): void {
    const timer = setTimeout(() => end(sandbox), options.idleMilliseconds);
    timer.unref();
    lastUsed.set(sandbox, { key, timer });
    slotsOf(key).idle.push(sandbox);
    waiting.shift()?.();
  }

  function takeIdle(key: string, usable: (sandbox: Sandbox) => boolean): Sandbox | undefined {
    const slot = slotsOf(key);
    for (let sandbox = slot.idle.pop(); sandbox; sandbox = slot.idle.pop()) {
      clearTimeout(lastUsed.get(sandbox)?.timer);
      lastUsed.delete(sandbox);
      if (sandbox.alive && usable(sandbox)) return sandbox;
      workers--;
      void sandbox.terminate();
    }
    return undefined;
  }

  /** Room for one more worker, if need be at the cost of the least recently used idle one. */
  function makeRoom(): boolean {
    if (workers < options.maxWorkers) return true;
    const oldest = lastUsed.keys().next().value;
    if (!oldest) return false;
    const use = lastUsed.get(oldest);
    const slot = use && slots.get(use.key);
    if (slot) slot.idle = slot.idle.filter((other) => other !== oldest);
    clearTimeout(use?.timer);
    lastUsed.delete(oldest);
    workers--;
    void oldest.terminate();
    return true;
  }

  return {
    async acquire(key, start, usable) {
      for (;;) {
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
        if (makeRoom()) break;
        options.onQueued?.(key, waiting.length + 1);
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      workers++;
      busy++;
      slotsOf(key).discarded = false;
      try {
        return { sandbox: await start(), cold: true };
      } catch (error) {
        workers--;
        busy--;
        waiting.shift()?.();
        throw error;
      }
    },
    release(key, sandbox) {
      busy--;
      if (closed || !sandbox.alive || slotsOf(key).discarded) end(sandbox);
      else park(key, sandbox);
    },
    prewarm(key, start) {
      prewarming = prewarming.then(async () => {
        const slot = slotsOf(key);
        if (closed || slot.discarded || slot.idle.length > 0 || workers >= options.maxWorkers) return;
        workers++;
        slot.starting = start().then(
          (sandbox) => park(key, sandbox),
          () => {
            // The first invocation meets the same failure and reports it, as Lambda does with a failed init phase.
            workers--;
            waiting.shift()?.();
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
      for (const sandbox of [...slot.idle]) end(sandbox);
    },
    get status() {
      return { workers, busy, queued: waiting.length };
    },
    async close() {
      closed = true;
      const idle = [...lastUsed.keys()];
      for (const key of slots.keys()) this.discard(key);
      for (const resume of waiting.splice(0)) resume();
      await Promise.all(idle.map((sandbox) => sandbox.terminate()));
    },
  };
}
