import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addReport, emptyHistory, refusal, SAMPLES_PER_PERIOD, type UsageReport } from './usage.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);
const at = (hours: number, cpu = 1, reportId = `r-${hours}`): UsageReport => ({
  reportId,
  measuredAt: START + hours * HOUR,
  meters: { cpu },
});
const collect = (reports: readonly UsageReport[], keepPeriods = 24) =>
  reports.reduce(addReport, emptyHistory(HOUR, keepPeriods));

describe('addReport', () => {
  it('puts a report into the period it was measured in, however late it comes', () => {
    const history = collect([at(0.5), at(2.1), at(1.9)]);
    expect(history.periods.map(({ start, reports }) => [(start - START) / HOUR, reports.length])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
  });

  it('gives the very same history back for a duplicate', () => {
    const history = collect([at(0.5), at(1.5)]);
    expect(addReport(history, at(0.5))).toBe(history);
  });

  it('forgets what is older than it keeps, and does not take it again', () => {
    const history = collect([at(0), at(5), at(30)], 24);
    expect(history.periods.map(({ start }) => (start - START) / HOUR)).toEqual([30]);
    expect(addReport(history, at(6))).toBe(history);
    expect(addReport(history, at(7)).periods).toHaveLength(2);
  });

  it('keeps the latest samples of a crowded period', () => {
    const reports = Array.from({ length: SAMPLES_PER_PERIOD + 5 }, (_, index) => at(index / 1000, index, `r-${index}`));
    const kept = collect(reports.reverse()).periods[0]?.reports;
    expect(kept).toHaveLength(SAMPLES_PER_PERIOD);
    expect(kept?.[0]?.reportId).toBe('r-5');
  });

  it('does not change the history it is given', () => {
    const history = collect([at(1)]);
    const copy = structuredClone(history);
    addReport(history, at(1.5, 9));
    addReport(history, at(90));
    expect(history).toEqual(copy);
  });

  it('refuses nothing but the future', () => {
    expect(refusal(at(1), START)).toBeUndefined();
    expect(refusal(at(-9_000), START)).toBeUndefined();
    expect(refusal(at(1.01), START)).toMatch(/future/);
    expect(refusal({ ...at(0), measuredAt: Number.NaN }, START)).toMatch(/not a time/);
  });
});

describe('any set of reports', () => {
  const report = fc
    .record({ hours: fc.integer({ min: 0, max: 600 }), id: fc.integer({ min: 0, max: 30 }), cpu: fc.nat(9) })
    .map(({ hours, id, cpu }) => at(hours / 10, cpu, `r-${hours}-${id}`));
  // The same id is the same report: what a producer sends again is equal.
  const reports = fc.uniqueArray(report, { selector: ({ reportId }) => reportId, maxLength: 60 });

  it('gives one history, in whatever order and however often they come', () => {
    fc.assert(
      fc.property(
        reports.chain((set) =>
          fc.tuple(
            fc.constant(set),
            fc.shuffledSubarray([...set, ...set.slice(0, 20)], { minLength: set.length + Math.min(set.length, 20) }),
          ),
        ),
        fc.integer({ min: 1, max: 48 }),
        ([set, shuffled], keep) => {
          expect(collect(shuffled, keep)).toEqual(collect(set, keep));
        },
      ),
      { seed: 20261122, numRuns: 200 },
    );
  });

  it('is bounded: never more periods than are kept, all of them in order', () => {
    fc.assert(
      fc.property(reports, fc.integer({ min: 1, max: 48 }), (set, keep) => {
        const starts = collect(set, keep).periods.map(({ start }) => start);
        expect(starts.length).toBeLessThanOrEqual(keep);
        expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
      }),
      { seed: 20261122, numRuns: 100 },
    );
  });
});
