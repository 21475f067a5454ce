import { describe, expect, it } from 'vitest';
import { nextOccurrence, parseScheduleExpression } from './schedule-expression.ts';

function next(expression: string, after: string, zone?: string): string | undefined {
  const schedule = parseScheduleExpression(expression);
  if (!schedule) return 'invalid';
  const found = nextOccurrence(schedule, Date.parse(after), { anchor: Date.parse(after), ...(zone && { zone }) });
  return found === undefined ? undefined : new Date(found).toISOString().slice(0, 16);
}

describe('expressions', () => {
  it.each([
    ['rate(1 minutes)'],
    ['rate(2 minute)'],
    ['rate(0 minutes)'],
    ['rate(5 seconds)'],
    ['cron(0 12 * * *)'],
    ['cron(0 12 * * * *)'],
    ['cron(0 12 ? * ? *)'],
    ['cron(60 12 * * ? *)'],
    ['cron(0 12 ? * 8 *)'],
    ['cron(0 12 ? FOO * *)'],
    ['at(2026-02-30T00:00:00)'],
    ['at(2026-02-03)'],
    ['every day'],
  ])('refuses %s', (expression) => {
    expect(parseScheduleExpression(expression)).toBeUndefined();
  });

  it.each([
    ['rate(5 minutes)', '2026-11-22T10:00:00Z', '2026-11-22T10:05'],
    ['rate(1 day)', '2026-11-22T10:00:00Z', '2026-11-23T10:00'],
    ['at(2026-11-22T11:00:00)', '2026-11-22T10:00:00Z', '2026-11-22T11:00'],
    ['at(2026-11-22T11:00:00)', '2026-11-22T11:00:00Z', undefined],
    ['cron(0 12 * * ? *)', '2026-11-22T12:00:00Z', '2026-11-23T12:00'],
    ['cron(0/15 * * * ? *)', '2026-11-22T10:16:00Z', '2026-11-22T10:30'],
    ['cron(15 10 ? * MON-FRI *)', '2026-11-20T10:15:00Z', '2026-11-23T10:15'],
    ['cron(0 8 1 * ? *)', '2026-12-02T00:00:00Z', '2027-01-01T08:00'],
    ['cron(0 0 L * ? *)', '2028-02-01T00:00:00Z', '2028-02-29T00:00'],
    ['cron(0 0 15W * ? *)', '2026-11-01T00:00:00Z', '2026-11-16T00:00'],
    ['cron(0 0 1W * ? *)', '2026-08-01T00:00:00Z', '2026-08-03T00:00'],
    ['cron(0 0 ? * 3#2 *)', '2026-11-01T00:00:00Z', '2026-11-10T00:00'],
    ['cron(0 0 ? * 6L *)', '2026-11-01T00:00:00Z', '2026-11-27T00:00'],
    ['cron(0 0 29 2 ? *)', '2026-11-01T00:00:00Z', '2028-02-29T00:00'],
    ['cron(0 0 30 2 ? *)', '2026-11-01T00:00:00Z', undefined],
    ['cron(0 0 1 1 ? 2026)', '2026-11-01T00:00:00Z', undefined],
  ])('%s after %s: %s', (expression, after, expected) => {
    expect(next(expression, after)).toBe(expected);
  });

  it('follows the clocks of a time zone, summer time included', () => {
    expect(next('cron(0 9 * * ? *)', '2026-01-10T00:00:00Z', 'America/New_York')).toBe('2026-01-10T14:00');
    expect(next('cron(0 9 * * ? *)', '2026-07-10T00:00:00Z', 'America/New_York')).toBe('2026-07-10T13:00');
    // 02:30 does not exist on 29 March 2026 in Berlin.
    expect(next('cron(30 2 * * ? *)', '2026-03-28T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-30T00:30');
    expect(next('at(2026-06-01T12:00:00)', '2026-01-01T00:00:00Z', 'Asia/Tokyo')).toBe('2026-06-01T03:00');
  });
});
