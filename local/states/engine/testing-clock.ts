import type { Clock, Timer } from '../../kernel/clock.ts';

/** A clock that stands still until {@link ManualClock.advance} moves it to the next timer. */
export interface ManualClock extends Clock {
  /** Moves to the earliest timer and fires all that are due then; false if there is none. */
  advance(): boolean;
  readonly held: boolean;
}

export function manualClock(startAt: number): ManualClock {
  let now = startAt;
  let holds = 0;
  let timers: { time: number; callback: () => void }[] = [];
  const clock: ManualClock = {
    now: () => now,
    at(time, callback): Timer {
      const timer = { time, callback };
      timers.push(timer);
      return {
        cancel() {
          timers = timers.filter((each) => each !== timer);
        },
      };
    },
    sleep: (milliseconds) => new Promise((resolve) => void clock.at(now + milliseconds, resolve)),
    hold() {
      holds++;
      let open = true;
      return () => {
        if (open) holds--;
        open = false;
      };
    },
    close() {
      timers = [];
    },
    get held() {
      return holds > 0;
    },
    advance() {
      if (timers.length === 0) return false;
      now = Math.max(now, Math.min(...timers.map((timer) => timer.time)));
      const due = timers.filter((timer) => timer.time <= now);
      timers = timers.filter((timer) => timer.time > now);
      for (const timer of due) timer.callback();
      return true;
    },
  };
  return clock;
}
