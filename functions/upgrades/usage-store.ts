import { createHash } from 'node:crypto';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { periodMilliseconds, type UsageSettings } from '../../tenancy/upgrades/config.ts';
import { SAMPLES_PER_PERIOD, type UsageReport } from '../../tenancy/upgrades/usage.ts';
import { conditionally, type Table } from '../runtime/table.ts';

/** What became of a report: `outdated` is one that is older than what is kept, or than all numbers of a full period. */
export type Recorded = 'recorded' | 'duplicate' | 'outdated';

/** The numbers of one meter in one period: attribute -> `measuredAt number`, and how many there are. */
export type UsageItem = Readonly<Record<string, unknown>>;

/** Attributes that hold a number begin so; the rest is a digest of the report's id, which may be long. */
const SAMPLE = 's.';
/** DynamoDB deletes some days after the time it is told at worst; this is for reports that come late. */
const KEPT_LONGER_SECONDS = 86_400;

const sampleName = (reportId: string) => `${SAMPLE}${createHash('sha256').update(reportId).digest('hex').slice(0, 16)}`;
/** What the sort keys of a meter's periods begin with. */
export const meterPrefix = ({ period }: UsageSettings, meter: string) => `USAGE#${period}#${meter}#`;
/** Key of the item of one meter and period, which starts at `start`. */
export const usageKey = (tenantId: string, settings: UsageSettings, meter: string, start: number) => ({
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

/** The attributes of an item that hold numbers, by the time at which these were measured. */
export function namesInOrder(item: UsageItem): string[] {
  return Object.entries(item)
    .filter(([name]) => name.startsWith(SAMPLE))
    .map(([name, text]): Named => [name, String(text)])
    .sort((a, b) => (before(a, b) ? -1 : 1))
    .map(([name]) => name);
}
