import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../functions/testing/random.ts';
import { earliestEnd, idealStarts, type Job, type Limits } from './bound.ts';

const unlimited = { perSecond: 1_000, burst: 1_000 };
const ends = (jobs: Job[], limits: Limits) =>
  Math.max(...idealStarts(jobs, limits).map((start, index) => start + (jobs[index]?.duration ?? 0)));

/** The earliest end over every order of the jobs: list schedules contain an optimal one. */
function bestEnd(jobs: Job[], limits: Limits): number {
  const orders = (rest: Job[]): Job[][] =>
    rest.length === 0 ? [[]] : rest.flatMap((job) => orders(rest.filter((one) => one !== job)).map((o) => [job, ...o]));
  return Math.min(...orders(jobs).map((order) => endInOrder(order, limits)));
}

function endInOrder(order: Job[], { machines, perSecond, burst }: Limits): number {
  const free = Array.from({ length: machines }, () => 0);
  const starts: number[] = [];
  let end = 0;
  for (const { release, duration } of order) {
    const machine = free.indexOf(Math.min(...free));
    let start = Math.max(release, free[machine] ?? 0, starts.at(-1) ?? 0);
    // A bucket lets at most burst + rate x time through in any window.
    for (const [index, earlier] of starts.entries())
      start = Math.max(start, earlier + ((starts.length - index + 1 - burst) / perSecond) * 1_000);
    starts.push(start);
    free[machine] = start + duration;
    end = Math.max(end, start + duration);
  }
  return end;
}

describe('the bound of creations', () => {
  it('is the work divided by the places', () => {
    const jobs = Array.from({ length: 10 }, () => ({ release: 0, duration: 100 }));
    expect(earliestEnd(jobs, { machines: 5, ...unlimited })).toBe(200);
    expect(ends(jobs, { machines: 5, ...unlimited })).toBe(200);
  });

  it('is the rate where that is slower', () => {
    const jobs = Array.from({ length: 10 }, () => ({ release: 0, duration: 100 }));
    const limits = { machines: 5, perSecond: 0.1, burst: 3 };
    expect(earliestEnd(jobs, limits)).toBe(70_100);
    expect(ends(jobs, limits)).toBe(70_100);
  });

  it('is the longest one, and counts from when the jobs are there', () => {
    const limits = { machines: 2, ...unlimited };
    expect(earliestEnd([{ release: 0, duration: 500 }], limits)).toBe(500);
    const late = [
      { release: 0, duration: 10 },
      { release: 1_000, duration: 60 },
      { release: 1_000, duration: 60 },
      { release: 1_000, duration: 60 },
    ];
    expect(earliestEnd(late, limits)).toBe(1_090);
    expect(ends(late, limits)).toBe(1_120);
  });

  it('never lies after the best schedule there is, which is found by trying all', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = seededRandom(seed);
      const jobs = Array.from({ length: 2 + random.below(5) }, () => ({
        release: random.below(4) * 10_000,
        duration: 1_000 * (1 + random.below(40)),
      }));
      const limits = { machines: 1 + random.below(3), perSecond: 0.1, burst: 1 + random.below(3) };
      const best = bestEnd(jobs, limits);
      expect(earliestEnd(jobs, limits), `seed ${seed}`).toBeLessThanOrEqual(best + 1e-6);
      expect(best, `seed ${seed}`).toBeLessThanOrEqual(ends(jobs, limits) + 1e-6);
    }
  });
});
