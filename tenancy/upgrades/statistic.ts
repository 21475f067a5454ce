import type { Statistic } from './config.ts';
import { firstFrom, type UsageHistory, type UsagePeriod } from './usage.ts';

/** A statistic over a window, and how much of the window was measured. */
export interface WindowValue {
  /** Undefined when nothing was measured. */
  value: number | undefined;
  /** Periods of the window in which the meter was measured. */
  measuredPeriods: number;
  /** Whether the window's last period is one of them. */
  lastMeasured: boolean;
}

/**
 * The statistic of a meter over the window of `windowPeriods` periods whose last one starts at `lastStart`.
 * A sum counts periods that were not measured like the average of those that were.
 */
export function windowValue(
  history: UsageHistory,
  window: { meter: string; statistic: Statistic; windowPeriods: number; lastStart: number },
): WindowValue {
  const { meter, statistic, windowPeriods, lastStart } = window;
  const from = lastStart - (windowPeriods - 1) * history.periodMilliseconds;
  const numbers: number[] = [];
  let measuredPeriods = 0;
  let lastMeasured = false;
  for (let index = firstFrom(history.periods, from); index < history.periods.length; index++) {
    const period = history.periods[index];
    if (!period || period.start > lastStart) break;
    if (!collect(period, meter, numbers)) continue;
    measuredPeriods++;
    lastMeasured = period.start === lastStart;
  }
  const value = numbers.length > 0 ? aggregate(statistic, numbers, windowPeriods / measuredPeriods) : undefined;
  return { value, measuredPeriods, lastMeasured };
}

function collect(period: UsagePeriod, meter: string, into: number[]): boolean {
  const length = into.length;
  for (const { meters } of period.reports) {
    const number = Object.hasOwn(meters, meter) ? meters[meter] : undefined;
    if (number !== undefined) into.push(number);
  }
  return into.length > length;
}

function aggregate(statistic: Statistic, numbers: number[], gapFactor: number): number {
  const sum = () => numbers.reduce((total, number) => total + number, 0);
  if (statistic === 'max') return numbers.reduce((highest, number) => Math.max(highest, number), 0);
  if (statistic === 'sum') return sum() * gapFactor;
  if (statistic === 'average') return sum() / numbers.length;
  const sorted = Float64Array.from(numbers).sort();
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
}
