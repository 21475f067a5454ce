import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { periodMilliseconds, type UsageSettings } from '../../tenancy/upgrades/config.ts';
import type { UsageHistory, UsagePeriod, UsageReport } from '../../tenancy/upgrades/usage.ts';
import { queryAll, type Table } from '../runtime/table.ts';
import { meterPrefix, namesInOrder, type UsageItem, usageKey } from './usage-store.ts';

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
      const { start, reports } = periodOf(item, meter);
      periods.set(start, [...(periods.get(start) ?? []), ...reports]);
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
): Promise<UsageItem[]> {
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
function periodOf(item: UsageItem, meter: string): UsagePeriod {
  const reports = namesInOrder(item).map((reportId): UsageReport => {
    const [at, value] = String(item[reportId]).split(' ').map(Number);
    return { reportId, measuredAt: at ?? 0, meters: { [meter]: value ?? 0 } };
  });
  return { start: Date.parse(String(item['sk']).split('#').at(-1) ?? ''), reports };
}

/** The last periods in which a meter was measured, at most `limit`, in order of time. */
export async function latestUsage(
  table: Table,
  tenantId: string,
  settings: UsageSettings,
  { meter, limit }: { meter: string; limit: number },
): Promise<UsagePeriod[]> {
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :meter)',
      ExpressionAttributeValues: { ':pk': `TENANT#${tenantId}`, ':meter': meterPrefix(settings, meter) },
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  return Items.map((item) => periodOf(item, meter)).reverse();
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
