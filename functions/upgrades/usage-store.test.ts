import { PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { UsageSettings } from '../../tenancy/upgrades/config.ts';
import { windowValue } from '../../tenancy/upgrades/statistic.ts';
import { addReport, emptyHistory, SAMPLES_PER_PERIOD, type UsageReport } from '../../tenancy/upgrades/usage.ts';
import type { Table } from '../runtime/table.ts';
import { emptyTable, localTable } from '../testing/local-table.ts';
import { latestUsage, metersOf, readUsage } from './usage-history.ts';
import { recordReport } from './usage-store.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);
const NOW = START + 47.5 * HOUR;
const settings: UsageSettings = { period: 'hour', keepPeriods: 48 };

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterEach(() => emptyTable(table));
afterAll(() => close());

const report = (hours: number, meters: Record<string, number> = { cpu: hours }, reportId = `report-${hours}`) => ({
  reportId,
  measuredAt: START + hours * HOUR,
  meters,
});
const record = (one: UsageReport, now = NOW) => recordReport(table, 'acme', settings, one, now);
const whole = { from: START, to: NOW };
const read = (...meters: string[]) => readUsage(table, 'acme', settings, { meters, ...whole });
const items = async () => (await table.client.send(new ScanCommand({ TableName: table.name }))).Items ?? [];

it('keeps each meter of each period in an item of its own, with the time at which it goes', async () => {
  await record(report(10.2, { cpu: 1.5, seats: 7 }));
  await record(report(10.9, { cpu: 2 }));
  expect((await items()).map(({ sk, samples, expiresAt }) => [sk, samples, expiresAt]).sort()).toEqual([
    ['USAGE#hour#cpu#2026-01-01T10:00:00.000Z', 2, (START + 58 * HOUR) / 1000 + 86_400],
    ['USAGE#hour#seats#2026-01-01T10:00:00.000Z', 1, (START + 58 * HOUR) / 1000 + 86_400],
  ]);
  expect((await read('cpu', 'seats')).periods[0]?.reports.map(({ meters }) => meters)).toEqual([
    { cpu: 1.5 },
    { cpu: 2 },
    { seats: 7 },
  ]);
  await record(report(12, { cpu: 4 }));
  const latest = async (limit: number) => latestUsage(table, 'acme', settings, { meter: 'cpu', limit });
  expect((await latest(1)).map(({ start }) => start)).toEqual([START + 12 * HOUR]);
  expect((await latest(9)).map(({ reports }) => reports.length)).toEqual([2, 1]);
  expect(await metersOf(table, 'acme', settings)).toEqual(['cpu', 'seats']);
  expect(await metersOf(table, 'acme', { ...settings, period: 'day' })).toEqual([]);
});

it('takes the same report once, and completes one that was written in part', async () => {
  expect(await record(report(5, { cpu: 1 }))).toBe('recorded');
  expect(await record(report(5, { cpu: 1 }))).toBe('duplicate');
  expect(await record(report(5, { cpu: 1, seats: 3 }))).toBe('recorded');
  expect(await record(report(5, { cpu: 1, seats: 3 }))).toBe('duplicate');
  expect((await items()).map(({ samples }) => samples)).toEqual([1, 1]);
});

it('does not take what is older than it keeps', async () => {
  expect(await record(report(0.99), START + 48 * HOUR)).toBe('outdated');
  expect(await record(report(1), START + 48 * HOUR)).toBe('recorded');
  expect(await items()).toHaveLength(1);
});

it('gives back the numbers that came in, exactly', async () => {
  const numbers = [0.1 + 0.2, 1e15, 5e-324, 0, 123_456_789.123_456_78];
  for (const [index, cpu] of numbers.entries()) await record(report(index, { cpu }));
  const { periods } = await read('cpu');
  expect(periods.map(({ reports }) => reports[0]?.meters['cpu'])).toEqual(numbers);
});

it('keeps the latest samples of a crowded period, in whatever order and however simultaneously they come', async () => {
  await record(report(10, { cpu: 20 }, 'first'));
  const [item] = await items();
  const minute = (minutes: number) => `${START + 10 * HOUR + minutes * 60_000} ${minutes}`;
  const crowd = Array.from({ length: SAMPLES_PER_PERIOD - 6 }, (_, index) => [`s.${index}`, minute(20 + index / 10)]);
  const Item = { ...item, ...Object.fromEntries(crowd), samples: crowd.length + 1 };
  await table.client.send(new PutCommand({ TableName: table.name, Item }));
  const late = Array.from({ length: 12 }, (_, index) =>
    report(10 + (index + 1) / 60, { cpu: index + 1 }, `late-${index}`),
  );
  const outcomes = await Promise.all(late.map((one) => record(one)));
  expect(outcomes.filter((outcome) => outcome === 'recorded').length).toBeGreaterThanOrEqual(6);
  for (const one of late.slice(7)) expect(await record(one)).toBe('duplicate');
  for (const one of [report(10, { cpu: 20 }, 'first'), ...late.slice(0, 6)]) expect(await record(one)).toBe('outdated');
  const kept = (await read('cpu')).periods[0]?.reports.map(({ meters }) => meters['cpu']) ?? [];
  expect(kept).toHaveLength(SAMPLES_PER_PERIOD);
  expect(kept.slice(0, 8)).toEqual([7, 8, 9, 10, 11, 12, 20, 20.1]);
  const [full] = await items();
  expect(full).toMatchObject({ samples: SAMPLES_PER_PERIOD });
  expect(JSON.stringify(full).length).toBeLessThan(20_000);
});

it('says of every window what the pure history says', async () => {
  const reports = Array.from({ length: 60 }, (_, index) =>
    report((index * 37) % 48, { cpu: (index * 7) % 11, seats: index }, `mixed-${index % 50}`),
  );
  for (const one of reports) await record(one);
  const pure = reports.reduce(addReport, emptyHistory(HOUR, settings.keepPeriods));
  const stored = await read('cpu', 'seats');
  for (const meter of ['cpu', 'seats'])
    for (const statistic of ['max', 'average', 'p95', 'sum'] as const)
      for (const windowPeriods of [1, 6, 24]) {
        const window = { meter, statistic, windowPeriods, lastStart: START + 40 * HOUR };
        expect(windowValue(stored, window)).toEqual(windowValue(pure, window));
      }
});
