import { type Cron, daysIn, parseCron } from './cron.ts';
import { instantOf, type WallTime, wallTime } from './time-zone.ts';

/** When something is due: at fixed intervals, by a calendar, or once. */
export type Schedule =
  | { readonly kind: 'rate'; readonly milliseconds: number }
  | { readonly kind: 'cron'; readonly cron: Cron }
  | { readonly kind: 'at'; readonly wall: WallTime };

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Parses `rate(5 minutes)`, `cron(0 12 * * ? *)` or `at(2026-11-22T13:00:00)`; undefined if the text is none of them.
 * A rate of 1 has its unit in the singular, others in the plural.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function parseScheduleExpression(text: string): Schedule | undefined {
  const parts = /^(rate|cron|at)\((.*)\)$/.exec(text);
  const [, kind, argument = ''] = parts ?? [];
  if (kind === 'rate') return parseRate(argument);
  if (kind === 'at') return parseAt(argument);
  const cron = kind === 'cron' ? parseCron(argument) : undefined;
  return cron && { kind: 'cron', cron };
}

/**
 * The first time the schedule is due after `after`, in milliseconds since the epoch; undefined if never. A rate counts from
 * `anchor`; `zone` (default UTC) is whose clock `cron` and `at` mean.
 */
export function nextOccurrence(
  schedule: Schedule,
  after: number,
  options: { anchor: number; zone?: string },
): number | undefined {
  const zone = options.zone ?? 'UTC';
  if (schedule.kind === 'at') {
    const instant = instantOf(schedule.wall, zone);
    return instant !== undefined && instant > after ? instant : undefined;
  }
  if (schedule.kind === 'rate') {
    const elapsed = Math.max(0, after - options.anchor);
    return options.anchor + (Math.floor(elapsed / schedule.milliseconds) + 1) * schedule.milliseconds;
  }
  return nextCron(schedule.cron, after, zone);
}

function parseRate(argument: string): Schedule | undefined {
  const [, count = '', unit = '', plural] = /^([1-9]\d{0,8}) (minute|hour|day)(s?)$/.exec(argument) ?? [];
  const length = UNITS[unit];
  if (length === undefined || (count === '1') === (plural === 's')) return undefined;
  return { kind: 'rate', milliseconds: Number(count) * length };
}

function parseAt(argument: string): Schedule | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/.exec(argument);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const valid =
    month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) && hour < 24 && minute < 60 && second < 60;
  return valid ? { kind: 'at', wall: { year, month, day, hour, minute, second } } : undefined;
}

/** Looks at one day after the other (at most to the last year of the expression), then at the times of the day. */
function nextCron(cron: Cron, after: number, zone: string): number | undefined {
  const lastYear = Math.max(...cron.years);
  let { year, month, day } = wallTime(after, zone);
  while (year <= lastYear) {
    if (!cron.years.has(year)) {
      [year, month, day] = [year + 1, 1, 1];
      continue;
    }
    if (cron.months.has(month)) {
      const found = cron.day({ year, month, day }) ? firstOnDay(cron, { year, month, day }, after, zone) : undefined;
      if (found !== undefined) return found;
    } else {
      day = daysIn(year, month);
    }
    const overflow = day >= daysIn(year, month);
    [year, month, day] = [
      year + Number(overflow && month === 12),
      overflow ? (month % 12) + 1 : month,
      overflow ? 1 : day + 1,
    ];
  }
  return undefined;
}

function firstOnDay(
  cron: Cron,
  date: { year: number; month: number; day: number },
  after: number,
  zone: string,
): number | undefined {
  for (const hour of [...cron.hours].sort(ascending)) {
    for (const minute of [...cron.minutes].sort(ascending)) {
      const instant = instantOf({ ...date, hour, minute, second: 0 }, zone);
      if (instant !== undefined && instant > after) return instant;
    }
  }
  return undefined;
}

function ascending(one: number, other: number): number {
  return one - other;
}
