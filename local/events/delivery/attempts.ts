import type { Timer } from '../../kernel/clock.ts';
import type { Cloud } from '../../kernel/service.ts';

/** Attempts at durable work, now or later, until told to stop. */
export interface Attempts {
  /** Attempts the work with this id now. */
  begin(id: string): void;
  /** After a restart: attempts each piece of work when it is due, once the other services have resumed theirs. */
  resume(work: readonly { id: string; nextAttemptAt: number }[]): void;
  /** No attempt begins afterwards; resolves when those under way have ended. */
  stop(): Promise<void>;
}

/** A restarted local cloud gives its services this long to resume their own work before deliveries reach them. */
const RESUME_DELAY = 200;

/**
 * Runs `attempt`, which answers when the work is to be tried again (milliseconds of the clock) or undefined when it is
 * done. A jumping clock stands still during an attempt, and leaps between two of them.
 */
export function createAttempts(
  cloud: Pick<Cloud, 'clock' | 'log'>,
  attempt: (id: string) => Promise<number | undefined>,
): Attempts {
  const { clock } = cloud;
  const timers = new Set<Timer>();
  const underWay = new Set<Promise<void>>();
  let stopped = false;

  function later(time: number, id: string): void {
    if (stopped) return;
    const timer = clock.at(time, () => {
      timers.delete(timer);
      begin(id);
    });
    timers.add(timer);
  }

  function begin(id: string): void {
    if (stopped) return;
    const release = clock.hold('events: delivery');
    const running = attempt(id)
      .then((next) => (next === undefined ? undefined : later(next, id)))
      .catch((error: unknown) =>
        cloud.log('error', `events: delivery ${id} broke off, a restart resumes it`, { error }),
      )
      .finally(() => {
        underWay.delete(running);
        release();
      });
    underWay.add(running);
  }

  return {
    begin,
    resume(work) {
      const earliest = clock.now() + RESUME_DELAY;
      for (const { id, nextAttemptAt } of work) later(Math.max(nextAttemptAt, earliest), id);
    },
    async stop() {
      stopped = true;
      for (const timer of timers) timer.cancel();
      timers.clear();
      await Promise.allSettled(underWay);
    },
  };
}
