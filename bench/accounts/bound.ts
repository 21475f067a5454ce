/** One creation: when it could have begun, and how long AWS took for it. Milliseconds. */
export interface Job {
  readonly release: number;
  readonly duration: number;
}

/** What AWS allows: how many at once, and a token bucket of requests. */
export interface Limits {
  readonly machines: number;
  readonly perSecond: number;
  readonly burst: number;
}

/**
 * A time before which no schedule whatsoever, not even one that knows all durations beforehand, ends the last creation. For every
 * moment `r` it takes the jobs that are not there before `r`: their durations fill the machines, the last of their requests has to
 * wait for its token, and each lasts as long as it lasts.
 */
export function earliestEnd(jobs: readonly Job[], limits: Limits): number {
  const byRelease = [...jobs].sort((a, b) => b.release - a.release);
  let latest = 0;
  let work = 0;
  let shortest = Number.POSITIVE_INFINITY;
  for (const [index, { release, duration }] of byRelease.entries()) {
    work += duration;
    shortest = Math.min(shortest, duration);
    const lastToken = (Math.max(0, index + 1 - limits.burst) / limits.perSecond) * 1_000;
    latest = Math.max(latest, release + duration, release + work / limits.machines, release + lastToken + shortest);
  }
  return latest;
}

/** When each job begins if whoever came first goes first and nothing is ever lost between two of them. */
export function idealStarts(jobs: readonly Job[], { machines, perSecond, burst }: Limits): number[] {
  const free = Array.from({ length: machines }, () => 0);
  const interval = 1_000 / perSecond;
  /** The time at which the bucket would be full again. */
  let full = Number.NEGATIVE_INFINITY;
  return [...jobs]
    .map((job, index) => ({ ...job, index }))
    .sort((a, b) => a.release - b.release || a.index - b.index)
    .map(({ release, duration, index }) => {
      const machine = free.indexOf(Math.min(...free));
      const ready = Math.max(release, free[machine] ?? 0);
      const start = Math.max(ready, full - (burst - 1) * interval);
      full = Math.max(full, start) + interval;
      free[machine] = start + duration;
      return { index, start };
    })
    .sort((a, b) => a.index - b.index)
    .map(({ start }) => start);
}
