import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { RATES, type RatedCall } from '../../tenancy/accounts/limits.ts';
import { conditionFailed, type Table } from '../runtime/table.ts';

/**
 * Reserves a place for one call under the rate that all executions share, and returns the earliest time at which it may
 * be made. Virtual scheduling: the table keeps the time at which the bucket would be full again; each reservation moves it on by
 * one interval, in one write that never fails for being simultaneous. A reservation that is not used is lost, which is harmless.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html#throttling-limits
 */
export async function reserve(table: Table, call: RatedCall, nowMs: number): Promise<Date> {
  const { perSecond, burst } = RATES[call];
  const interval = 1_000 / perSecond;
  const full = (await goOn(table, call, nowMs, interval)) ?? (await startAgain(table, call, nowMs, interval));
  if (full === undefined) return reserve(table, call, nowMs);
  return new Date(Math.max(nowMs, full - burst * interval));
}

/** One interval on from where others have reserved; `undefined` when the bucket is full. */
function goOn(table: Table, call: RatedCall, now: number, interval: number): Promise<number | undefined> {
  return write(table, call, 'SET fullAt = fullAt + :interval', 'fullAt >= :now', {
    ':interval': interval,
    ':now': now,
  });
}

/** The first reservation of a full bucket; `undefined` when another was first. */
function startAgain(table: Table, call: RatedCall, now: number, interval: number): Promise<number | undefined> {
  return write(table, call, 'SET fullAt = :full', 'attribute_not_exists(fullAt) OR fullAt < :now', {
    ':full': now + interval,
    ':now': now,
  });
}

async function write(
  table: Table,
  call: RatedCall,
  update: string,
  condition: string,
  values: Record<string, number>,
): Promise<number | undefined> {
  try {
    const answer = await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: { pk: `PACE#${call}`, sk: 'PACE' },
        UpdateExpression: update,
        ConditionExpression: condition,
        ExpressionAttributeValues: values,
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    return Number(answer.Attributes?.['fullAt']);
  } catch (error) {
    if (conditionFailed(error)) return undefined;
    throw error;
  }
}
