import type { Clock } from './clock.ts';
import { type QueuedTimer, TimerQueue } from './timer-queue.ts';

/** setTimeout fires at once for longer delays than this. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;
/** What a paced leap takes at most, in real time: a month must still pass in seconds. */
const LONGEST_LEAP_MILLISECONDS = 1_000;

/** Simulated time is real time. */
export function realClock(): Clock {
  return createClock({ now: () => Date.now(), realDelay: (milliseconds) => milliseconds });
}

/** Simulated time runs `factor` times as fast as real time, from the moment of the call on. */
export function scaledClock(factor: number, options: { startAt?: number } = {}): Clock {
  const realStart = Date.now();
  const simulatedStart = options.startAt ?? realStart;
  return createClock({
    now: () => simulatedStart + (Date.now() - realStart) * factor,
    realDelay: (milliseconds) => milliseconds / factor,
  });
}

/**
 * Runs like the real clock, but leaps to the next foreground timer as soon as nothing is in progress: no hold is open
 * and the event loop has had nothing to do for two turns. Background timers that fall due on the way fire in order.
 *
 * `aheadOfReal` starts it that many milliseconds ahead of real time (what an earlier run had leapt); `leapt` is told
 * the new distance after each leap, so that a restart never goes back in time.
 */
export function jumpingClock(options: { aheadOfReal?: number; leapt?: (aheadOfReal: number) => void } = {}): Clock {
  let ahead = options.aheadOfReal ?? 0;
  return createClock({
    now: () => Date.now() + ahead,
    realDelay: (milliseconds) => milliseconds,
    leapTo(time) {
      const distance = time - (Date.now() + ahead);
      if (distance <= 0) return;
      ahead += distance;
      options.leapt?.(ahead);
    },
  });
}

interface TimeSource {
  now(): number;
  realDelay(simulatedMilliseconds: number): number;
  leapTo?(time: number): void;
}

function createClock(source: TimeSource): Clock {
  const foreground = new TimerQueue();
  const background = new TimerQueue();
  const holds = new Set<symbol>();
  let wakeUp: NodeJS.Timeout | undefined;
  let wakesFor: QueuedTimer | undefined;
  let activity = 0;
  let idleCheck: NodeJS.Immediate | NodeJS.Timeout | undefined;
  let leapFactor = Number.POSITIVE_INFINITY;
  let lastLeap = performance.now();
  let closed = false;

  function fireDue(): void {
    // After a leap the one that was set for later is still there, and would keep the process alive.
    clearTimeout(wakeUp);
    wakeUp = undefined;
    const now = source.now();
    for (;;) {
      const next = earlier(foreground.peek(), background.peek());
      if (closed || !next || next.time > now) break;
      (next.background ? background : foreground).takeDue(now);
      activity++;
      next.callback();
    }
    schedule();
  }

  function schedule(): void {
    if (closed) return;
    const next = earlier(foreground.peek(), background.peek());
    // Setting a timer that is not the next one must stay cheap: thousands are open at once.
    if (next === wakesFor && wakeUp) {
      considerLeap();
      return;
    }
    clearTimeout(wakeUp);
    wakeUp = undefined;
    wakesFor = next;
    if (!next) return;
    const delay = Math.max(0, Math.ceil(source.realDelay(next.time - source.now())));
    wakeUp = setTimeout(fireDue, Math.min(delay, LONGEST_TIMEOUT));
    if (!foreground.peek()) wakeUp.unref();
    considerLeap();
  }

  /** Leaps only if nothing at all happened during two whole turns of the event loop, and the pace's delay after them. */
  function considerLeap(): void {
    if (!source.leapTo || idleCheck || closed || holds.size > 0 || !foreground.peek()) return;
    const seen = activity;
    const leapIfIdle = () => {
      idleCheck = undefined;
      if (closed || holds.size > 0) return;
      const next = foreground.peek();
      if (activity !== seen) considerLeap();
      else if (next) leapTo(next.time);
    };
    idleCheck = setImmediate(() => {
      idleCheck = setImmediate(() => {
        const next = foreground.peek();
        const delay = next ? paceDelay(next.time - source.now()) : 0;
        if (delay < 1 || activity !== seen) leapIfIdle();
        else idleCheck = setTimeout(leapIfIdle, delay);
      });
    });
  }

  /** Counted from the last leap, not from the last activity: somebody who keeps looking must not hold up the time. */
  function paceDelay(distance: number): number {
    return Math.min(distance / leapFactor, LONGEST_LEAP_MILLISECONDS) - (performance.now() - lastLeap);
  }

  function leapTo(time: number): void {
    lastLeap = performance.now();
    for (let next = background.peek(); next && next.time < time; next = background.peek()) {
      source.leapTo?.(next.time);
      background.takeDue(next.time);
      activity++;
      next.callback();
      if (holds.size > 0) {
        schedule();
        return;
      }
    }
    source.leapTo?.(time);
    fireDue();
  }

  return {
    now: source.now,
    at(time, callback, options = {}) {
      const timer = (options.background ? background : foreground).push(time, options.background ?? false, callback);
      activity++;
      schedule();
      return {
        cancel() {
          timer.cancelled = true;
        },
      };
    },
    sleep(milliseconds, options) {
      return new Promise((resolve) => void this.at(source.now() + milliseconds, resolve, options));
    },
    hold(reason) {
      const key = Symbol(reason);
      holds.add(key);
      activity++;
      return () => {
        if (!holds.delete(key)) return;
        activity++;
        if (holds.size === 0) considerLeap();
      };
    },
    pace(factor) {
      leapFactor = factor;
    },
    close() {
      closed = true;
      clearTimeout(wakeUp);
      foreground.clear();
      background.clear();
    },
  };
}

function earlier<T extends { time: number; sequence: number }>(a: T | undefined, b: T | undefined): T | undefined {
  if (!a || !b) return a ?? b;
  return b.time < a.time ? b : a;
}
