/**
 * The one clock of the local cloud. Every delay, schedule, expiry and rate limit goes through it, so that simulated
 * months can pass in real seconds.
 */
export interface Clock {
  /** Milliseconds since the epoch in the simulated world. */
  now(): number;
  /**
   * Runs `callback` once, as soon as `now() >= time`.
   * `background` timers (recurring schedules, long polls) never make a jumping clock jump by themselves.
   */
  at(time: number, callback: () => void, options?: { background?: boolean }): Timer;
  /** Resolves `milliseconds` of simulated time from now. */
  sleep(milliseconds: number, options?: { background?: boolean }): Promise<void>;
  /** Marks work in progress; a jumping clock does not jump while any hold is open. Call the result to end it (idempotent). */
  hold(reason: string): () => void;
  /**
   * Something outside follows real time (a real control plane): from now on a leap over N milliseconds takes at least
   * N / `factor` real ones, but never over a second, so that who polls it does not run out of tries. No effect on
   * clocks that do not leap.
   */
  pace?(factor: number): void;
  /** Cancels all timers; nothing fires afterwards. */
  close(): void;
}

export interface Timer {
  cancel(): void;
}
