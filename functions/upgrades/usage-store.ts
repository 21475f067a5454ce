import { createHash } from 'node:crypto';
import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { periodMilliseconds, type UsageSettings } from '../../tenancy/upgrades/config.ts';
import { SAMPLES_PER_PERIOD, type UsageHistory, type UsageReport } from '../../tenancy/upgrades/usage.ts';
import { conditionally } from '../operations/gate-records.ts';
import { queryAll, type Table } from '../runtime/table.ts';

/** What became of a report: `outdated` is one that is older than what is kept, or than all numbers of a full period. */
export type Recorded = 'recorded' | 'duplicate' | 'outdated';

/** The numbers of one meter in one period: attribute -> `measuredAt number`, and how many there are. */
type Item = Readonly<Record<string, unknown>>;

/** Attributes that hold a number begin so; the rest is a digest of the report's id, which may be long. */
const SAMPLE = 's.';
/** DynamoDB deletes some days after the time it is told at worst; this is for reports that come late. */
const KEPT_LONGER_SECONDS = 86_400;

const sampleName = (reportId: string) => `${SAMPLE}${createHash('sha256').update(reportId).digest('hex').slice(0, 16)}`;
const meterPrefix = ({ period }: UsageSettings, meter: string) => `USAGE#${period}#${meter}#`;
const usageKey = (tenantId: string, settings: UsageSettings, meter: string, start: number) => ({
  pk: `TENANT#${tenantId}`,
  sk: `${meterPrefix(settings, meter)}${new Date(start).toISOString()}`,
});

/**
 * Keeps a report: one small item per meter and period, each written alone. The same report again changes nothing, so one that
 * was written in part is completed by its repetition. `now` in milliseconds since 1970.
 */
export async function recordReport(
  table: Table,
  tenantId: string,
  settings: UsageSettings,
  report: UsageReport,
  now: number,
): Promise<Recorded> {
  const length = periodMilliseconds(settings.period);
  const start = Math.floor(report.measuredAt / length) * length;
  if (start < oldestKept(settings, now)) return 'outdated';
  const outcomes = await Promise.all(
    Object.entries(report.meters).map(([meter, value]) =>
      recordSample(table, usageKey(tenantId, settings, meter, start), {
        name: sampleName(report.reportId),
        text: `${report.measuredAt} ${value}`,
        expiresAt: (start + settings.keepPeriods * length) / 1_000 + KEPT_LONGER_SECONDS,
      }),
    ),
  );
  if (outcomes.includes('recorded')) return 'recorded';
  return outcomes.includes('duplicate') ? 'duplicate' : 'outdated';
}

/** Start of the oldest period that is kept, milliseconds since 1970. */
export function oldestKept({ period, keepPeriods }: UsageSettings, now: number): number {
  const length = periodMilliseconds(period);
  return (Math.floor(now / length) - (keepPeriods - 1)) * length;
}

interface Sample {
  name: string;
  text: string;
  /** Seconds since 1970. */
  expiresAt: number;
}

async function recordSample(table: Table, Key: { pk: string; sk: string }, sample: Sample): Promise<Recorded> {
  const added = await conditionally(
    table,
    new UpdateCommand({
      TableName: table.name,
      Key,
      UpdateExpression: 'SET #sample = :text, expiresAt = :expiry ADD #count :one',
      ConditionExpression: 'attribute_not_exists(#sample) AND (attribute_not_exists(#count) OR #count < :most)',
      ExpressionAttributeNames: { '#sample': sample.name, '#count': 'samples' },
      ExpressionAttributeValues: {
        ':text': sample.text,
        ':expiry': sample.expiresAt,
        ':one': 1,
        ':most': SAMPLES_PER_PERIOD,
      },
    }),
  );
  if (added) return 'recorded';
  const { Item: item = {} } = await table.client.send(
    new GetCommand({ TableName: table.name, Key, ConsistentRead: true }),
  );
  if (Object.hasOwn(item, sample.name)) return 'duplicate';
  const earliest = namesInOrder(item)[0];
  if (!earliest || before([sample.name, sample.text], [earliest, String(item[earliest])])) return 'outdated';
  return (await replace(table, Key, earliest, sample)) ? 'recorded' : recordSample(table, Key, sample);
}

/** Puts the number in the place of the earliest one, in a period that is full. */
function replace(table: Table, Key: { pk: string; sk: string }, earliest: string, sample: Sample): Promise<boolean> {
  return conditionally(
    table,
    new UpdateCommand({
      TableName: table.name,
      Key,
      UpdateExpression: 'SET #sample = :text REMOVE #earliest',
      ConditionExpression: 'attribute_not_exists(#sample) AND attribute_exists(#earliest)',
      ExpressionAttributeNames: { '#sample': sample.name, '#earliest': earliest },
      ExpressionAttributeValues: { ':text': sample.text },
    }),
  );
}

type Named = readonly [name: string, text: string];

function before([name, text]: Named, [otherName, otherText]: Named): boolean {
  const [at, otherAt] = [measuredAt(text), measuredAt(otherText)];
  return at === otherAt ? name < otherName : at < otherAt;
}

const measuredAt = (text: string) => Number(text.split(' ')[0]);

function namesInOrder(item: Item): string[] {
  return Object.entries(item)
    .filter(([name]) => name.startsWith(SAMPLE))
    .map(([name, text]): Named => [name, String(text)])
    .sort((a, b) => (before(a, b) ? -1 : 1))
    .map(([name]) => name);
}

/** The tenant's usage of these meters in the periods that start from `from` until `to`, milliseconds since 1970. */
export async function readUsage(
  table: Table,
  tenantId: string,
  settings: UsageSettings,
  { meters, from, to }: { meters: readonly string[]; from: number; to: number },
): Promise<UsageHistory> {
  const periods = new Map<number, UsageReport[]>();
  const found = await Promise.all(
    meters.map(async (meter) => ({ meter, items: await itemsOf(table, tenantId, settings, meter, from, to) })),
  );
  for (const { meter, items } of found)
    for (const item of items) {
      const start = Date.parse(String(item['sk']).split('#').at(-1) ?? '');
      periods.set(start, [...(periods.get(start) ?? []), ...reportsOf(item, meter)]);
    }
  return {
    periodMilliseconds: periodMilliseconds(settings.period),
    keepPeriods: settings.keepPeriods,
    periods: [...periods].map(([start, reports]) => ({ start, reports })).sort((a, b) => a.start - b.start),
  };
}

function itemsOf(
  table: Table,
  tenantId: string,
  settings: UsageSettings,
  meter: string,
  from: number,
  to: number,
): Promise<Item[]> {
  return queryAll(table, {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':pk': `TENANT#${tenantId}`,
      ':from': usageKey(tenantId, settings, meter, from).sk,
      ':to': usageKey(tenantId, settings, meter, to).sk,
    },
  });
}

/** Every number as a report of its own: of which meters a report was does not matter to any rule. */
function reportsOf(item: Item, meter: string): UsageReport[] {
  return namesInOrder(item).map((reportId) => {
    const [at, value] = String(item[reportId]).split(' ').map(Number);
    return { reportId, measuredAt: at ?? 0, meters: { [meter]: value ?? 0 } };
  });
}

/** Meters of which something is kept, in order: one item of each is read and the rest passed over. */
export async function metersOf(table: Table, tenantId: string, settings: UsageSettings): Promise<string[]> {
  const meters: string[] = [];
  const all = `USAGE#${settings.period}#`;
  for (let after = all; ; ) {
    const { Items: [first] = [] } = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :after AND :end',
        ExpressionAttributeValues: { ':pk': `TENANT#${tenantId}`, ':after': after, ':end': `${all}~` },
        Limit: 1,
      }),
    );
    const meter = String(first?.['sk'] ?? '').split('#')[2];
    if (!meter) return meters;
    meters.push(meter);
    after = `${meterPrefix(settings, meter)}~`;
  }
}
