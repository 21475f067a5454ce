/** A parsed cron expression of AWS: six fields, minutes to years. */
export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
  /** Whether the day (UTC date fields) is one of those asked for. */
  readonly day: (date: Day) => boolean;
}

/** A calendar day; month 1-12, weekday 1 (Sunday) to 7. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/**
 * Parses the six fields (`minutes hours day-of-month month day-of-week year`); undefined if they are not valid. One of
 * the two day fields must be `?`.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export function parseCron(text: string): Cron | undefined {
  const fields = text.trim().split(/\s+/);
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = fields;
  if (fields.length !== 6 || (dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;
  const minutes = values(minute, 0, 59);
  const hours = values(hour, 0, 23);
  const months = values(named(month, MONTHS), 1, 12);
  const years = values(year, 1970, 2199);
  const day = dayOfWeek === '?' ? monthDays(dayOfMonth) : weekDays(named(dayOfWeek, WEEKDAYS));
  return minutes && hours && months && years && day && { minutes, hours, months, years, day };
}

/** Days in the month. */
export function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function named(field: string, names: readonly string[]): string {
  return field.replace(/[A-Za-z]{3}/g, (name) => {
    const index = names.indexOf(name.toUpperCase());
    return index < 0 ? name : String(index + 1);
  });
}

/** `*`, `a`, `a-b`, `a/n`, `a-b/n` and lists of them. */
function values(field: string, least: number, most: number): ReadonlySet<number> | undefined {
  const set = new Set<number>();
  for (const part of field.split(',')) {
    const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
    if (!match) return undefined;
    const [, from, to, step] = match;
    const start = from === undefined ? least : Number(from);
    const single = from !== undefined && to === undefined && step === undefined;
    const end = single ? start : to === undefined ? most : Number(to);
    const increment = step === undefined ? 1 : Number(step);
    if (start < least || end > most || start > end || increment < 1) return undefined;
    for (let value = start; value <= end; value += increment) set.add(value);
  }
  return set;
}

/** `L` (last day), `15W` (weekday nearest to the 15th), `LW`, or day numbers. */
function monthDays(field: string): Cron['day'] | undefined {
  if (field === 'L') return ({ year, month, day }) => day === daysIn(year, month);
  if (field === 'LW')
    return (date) => date.day === nearestWeekday(date.year, date.month, daysIn(date.year, date.month));
  const nearest = /^(\d+)W$/.exec(field)?.[1];
  if (nearest !== undefined) {
    const wanted = Number(nearest);
    if (wanted < 1 || wanted > 31) return undefined;
    return ({ year, month, day }) => wanted <= daysIn(year, month) && day === nearestWeekday(year, month, wanted);
  }
  const days = values(field, 1, 31);
  return days && (({ day }) => days.has(day));
}

/** `3#2` (second Tuesday), `6L` (last Friday), `L` (Saturday), or weekday numbers, 1 = Sunday. */
function weekDays(field: string): Cron['day'] | undefined {
  const nth = /^([1-7])#([1-5])$/.exec(field);
  if (nth) {
    const [wanted, week] = [Number(nth[1]), Number(nth[2])];
    return (date) => weekday(date) === wanted && Math.ceil(date.day / 7) === week;
  }
  const last = /^([1-7])L$/.exec(field)?.[1];
  if (last !== undefined) {
    return (date) => weekday(date) === Number(last) && date.day + 7 > daysIn(date.year, date.month);
  }
  const days = values(field === 'L' ? '7' : field, 1, 7);
  return days && ((date) => days.has(weekday(date)));
}

function weekday({ year, month, day }: Day): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}

/** The weekday nearest to the day within its month. */
function nearestWeekday(year: number, month: number, day: number): number {
  const on = weekday({ year, month, day });
  if (on === 7) return day === 1 ? 3 : day - 1;
  if (on === 1) return day === daysIn(year, month) ? day - 2 : day + 1;
  return day;
}
