import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation, OperationInput } from '../kernel/service.ts';
import { onTable } from './access.ts';
import { type TableRecord, type Tables, tableRef, validation } from './tables.ts';

/** AWS deletes expired items "within a few days"; here every two days of the simulated clock. */
const SWEEP_MILLISECONDS = 48 * 3_600_000;
/** Items that expired longer ago than this are never deleted. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html */
const OLDEST_SECONDS = 5 * 365 * 86_400;
/** ENABLING and DISABLING last up to an hour, and there is one change in that time. */
const CHANGE_MILLISECONDS = 3_600_000;

/** UpdateTimeToLive and DescribeTimeToLive. */
export function timeToLiveOperations(cloud: Cloud, tables: Tables): Record<string, Operation> {
  return {
    UpdateTimeToLive: {
      authorize: onTable('UpdateTimeToLive', tables),
      handle(input, context) {
        const record = tables.ready(tableRef(input.TableName, context));
        const { AttributeName: attribute, Enabled: enabled } = input.TimeToLiveSpecification ?? {};
        if (typeof attribute !== 'string' || attribute === '' || typeof enabled !== 'boolean') {
          throw validation('TimeToLiveSpecification must have AttributeName and Enabled');
        }
        const before = record.timeToLive;
        const now = cloud.clock.now();
        if (before && now - before.changedAt < CHANGE_MILLISECONDS) {
          throw validation('Time to live has been modified multiple times within a fixed interval');
        }
        if ((before?.enabled ?? false) === enabled)
          throw validation(`TimeToLive is already ${enabled ? 'enabled' : 'disabled'}`);
        if (before?.enabled && before.attribute !== attribute) {
          throw validation(
            `TimeToLive is active on a different AttributeName: current AttributeName is ${before.attribute}`,
          );
        }
        const changed = { ...record, timeToLive: { attribute, enabled, changedAt: now } };
        tables.put(changed);
        if (enabled) scheduleSweep(cloud, tables, changed);
        return { TimeToLiveSpecification: { AttributeName: attribute, Enabled: enabled } };
      },
    },
    DescribeTimeToLive: {
      authorize: onTable('DescribeTimeToLive', tables),
      handle(input, context) {
        const { timeToLive } = tables.get(tableRef(input.TableName, context));
        if (!timeToLive) return { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } };
        const changing = cloud.clock.now() - timeToLive.changedAt < CHANGE_MILLISECONDS;
        const status = timeToLive.enabled ? (changing ? 'ENABLING' : 'ENABLED') : changing ? 'DISABLING' : 'DISABLED';
        const named = status !== 'DISABLED' && { AttributeName: timeToLive.attribute };
        return { TimeToLiveDescription: { TimeToLiveStatus: status, ...named } };
      },
    },
  };
}

/** Sweeps the table again and again while its time to live is on; a background timer, so that no clock jumps for it. */
export function scheduleSweep(cloud: Cloud, tables: Tables, table: TableRecord): void {
  cloud.clock.at(
    cloud.clock.now() + SWEEP_MILLISECONDS,
    () => {
      const record = tables.find(table);
      if (record?.createdAt !== table.createdAt || !record.timeToLive?.enabled) return;
      if (record.timeToLive.changedAt !== table.timeToLive?.changedAt) return;
      const release = cloud.clock.hold(`expire items of ${record.name}`);
      sweep(cloud, tables, record)
        .catch((error: unknown) =>
          cloud.log('error', 'expired items not deleted', { table: record.name, error: String(error) }),
        )
        .finally(() => {
          scheduleSweep(cloud, tables, record);
          release();
        });
    },
    { background: true },
  );
}

async function sweep(cloud: Cloud, tables: Tables, record: TableRecord): Promise<void> {
  const engine = tables.engine(record);
  const now = Math.floor(cloud.clock.now() / 1000);
  const attribute = record.timeToLive?.attribute ?? '';
  const { Table } = await engine.run('DescribeTable', { TableName: record.name });
  const keys: string[] = Table.KeySchema.map((key: { AttributeName: string }) => key.AttributeName);
  let ExclusiveStartKey: OperationInput;
  do {
    const page: OperationInput = await engine.run('Scan', {
      TableName: record.name,
      FilterExpression: 'attribute_type(#ttl, :number) AND #ttl < :now AND #ttl > :oldest',
      ExpressionAttributeNames: { '#ttl': attribute },
      ExpressionAttributeValues: {
        ':number': { S: 'N' },
        ':now': { N: String(now) },
        ':oldest': { N: String(now - OLDEST_SECONDS) },
      },
      ...(ExclusiveStartKey && { ExclusiveStartKey }),
    });
    for (const item of page.Items) await expire(tables, record, keys, attribute, item);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
}

/** Deletes the item unless its time was put off meanwhile. */
async function expire(
  tables: Tables,
  record: TableRecord,
  keys: string[],
  attribute: string,
  item: OperationInput,
): Promise<void> {
  try {
    await tables.engine(record).run('DeleteItem', {
      TableName: record.name,
      Key: Object.fromEntries(keys.map((key) => [key, item[key]])),
      ConditionExpression: '#ttl = :seen',
      ExpressionAttributeNames: { '#ttl': attribute },
      ExpressionAttributeValues: { ':seen': item[attribute] },
    });
  } catch (error) {
    if (!(error instanceof AwsError && error.code === 'ConditionalCheckFailedException')) throw error;
  }
}
