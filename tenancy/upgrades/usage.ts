/**
 * What is kept of a tenant's usage, as pure reducers. Reports may come twice, late and in any order: the history depends
 * only on the set of reports, never on the way they came.
 */

/** Samples kept of one period: one every five minutes of a day. The latest ones win. */
export const SAMPLES_PER_PERIOD = 288;

/** Reports measured later than this after now are refused: a wrong clock would push everything else out of the history. */
export const FUTURE_TOLERANCE_MILLISECONDS = 3_600_000;

/** A report as it is kept. */
export interface UsageReport {
  /** `metadata.id` of the event. The same id again is the same report. */
  readonly reportId: string;
  /** When it was measured, milliseconds since 1970. */
  readonly measuredAt: number;
  /** Meter -> number. */
  readonly meters: Readonly<Record<string, number>>;
}

/** The reports of one period, ordered by time and id. */
export interface UsagePeriod {
  /** Milliseconds since 1970; a multiple of the period's length. */
  readonly start: number;
  readonly reports: readonly UsageReport[];
}

/** A tenant's usage: periods in order of time, at most `keepPeriods` long from its first to its last. */
export interface UsageHistory {
  readonly periodMilliseconds: number;
  readonly keepPeriods: number;
  readonly periods: readonly UsagePeriod[];
}

/** A history without reports. */
export function emptyHistory(periodMilliseconds: number, keepPeriods: number): UsageHistory {
  return { periodMilliseconds, keepPeriods, periods: [] };
}

/** Why a report cannot be taken at `now`; undefined if it can. */
export function refusal(report: UsageReport, now: number): string | undefined {
  if (!Number.isFinite(report.measuredAt)) return 'measuredAt is not a time';
  if (report.measuredAt > now + FUTURE_TOLERANCE_MILLISECONDS)
    return 'measuredAt lies more than an hour in the future; check the clock of the producer';
  return undefined;
}

/**
 * The history with the report in its period. Unchanged (the same object) when the id is known in that period, when the
 * period is older than what is kept, or when the period holds {@link SAMPLES_PER_PERIOD} later reports.
 */
export function addReport(history: UsageHistory, report: UsageReport): UsageHistory {
  const { periods, periodMilliseconds, keepPeriods } = history;
  const start = Math.floor(report.measuredAt / periodMilliseconds) * periodMilliseconds;
  const newest = Math.max(start, periods.at(-1)?.start ?? start);
  const oldest = newest - (keepPeriods - 1) * periodMilliseconds;
  if (start < oldest) return history;
  const index = firstFrom(periods, start);
  const known = periods[index]?.start === start ? periods[index] : undefined;
  const period = addToPeriod(known ?? { start, reports: [] }, report);
  if (period === known) return history;
  const next = [
    ...periods.slice(firstFrom(periods, oldest), index),
    period,
    ...periods.slice(known ? index + 1 : index),
  ];
  return { ...history, periods: next };
}

/** The period with the report; the same object if nothing changes. This is what an item per tenant and period holds. */
export function addToPeriod(period: UsagePeriod, report: UsageReport): UsagePeriod {
  if (period.reports.some(({ reportId }) => reportId === report.reportId)) return period;
  const at = period.reports.findLastIndex((other) => before(other, report)) + 1;
  const full = period.reports.length >= SAMPLES_PER_PERIOD;
  if (full && at === 0) return period;
  const reports = [...period.reports.slice(full ? 1 : 0, at), report, ...period.reports.slice(at)];
  return { start: period.start, reports };
}

/** Index of the first period that starts at `start` or later. */
export function firstFrom(periods: readonly UsagePeriod[], start: number): number {
  let low = 0;
  let high = periods.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((periods[middle]?.start ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

function before(a: UsageReport, b: UsageReport): boolean {
  return a.measuredAt === b.measuredAt ? a.reportId < b.reportId : a.measuredAt < b.measuredAt;
}
