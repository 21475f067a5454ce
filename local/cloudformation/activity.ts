import type { Clock } from '../kernel/clock.ts';

/** Thrown into actions that wait when a sibling resource failed. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** Work that holds a jumping clock still, but lets it run while it waits. */
export interface Activity {
  /** Waits on the clock. Rejects with {@link Cancelled} when `signal` aborts. */
  pause(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Runs `work` as an activity; the hold ends with it. */
export async function withActivity<R>(
  clock: Clock,
  reason: string,
  work: (activity: Activity) => Promise<R>,
): Promise<R> {
  let release = clock.hold(reason);
  const pause = (milliseconds: number, signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted) return Promise.reject(new Cancelled());
    if (milliseconds <= 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const wake = (settle: () => void) => {
        signal?.removeEventListener('abort', onAbort);
        // Held again before anything else can run, so that the clock does not leap over this work.
        release = clock.hold(reason);
        settle();
      };
      const timer = clock.at(clock.now() + milliseconds, () => wake(resolve));
      const onAbort = () => {
        timer.cancel();
        wake(() => reject(new Cancelled()));
      };
      signal?.addEventListener('abort', onAbort);
      release();
    });
  };
  try {
    return await work({ pause });
  } finally {
    release();
  }
}
