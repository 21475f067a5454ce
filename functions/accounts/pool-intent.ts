import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { conditionFailed, type Table } from '../runtime/table.ts';

const KEY = { pk: 'POOL', sk: 'POOL' };

/**
 * Names of stock that was decided on and is not yet seen in the index of accounts, which is a moment behind: without them two
 * visits in a row would count too few and order twice.
 */
export interface PoolIntent {
  /** Counts the decisions: of two visits at once, one decides. */
  revision: number;
  names: string[];
}

/** The last decision, read consistently. */
export async function readIntent(table: Table): Promise<PoolIntent> {
  const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: KEY, ConsistentRead: true }));
  return { revision: Number(Item?.['revision'] ?? 0), names: (Item?.['names'] ?? []) as string[] };
}

/** Replaces the decision that was read. False when another visit has decided meanwhile. */
export async function decide(table: Table, seen: PoolIntent, names: string[]): Promise<boolean> {
  try {
    await table.client.send(
      new PutCommand({
        TableName: table.name,
        Item: { ...KEY, entity: 'POOL', revision: seen.revision + 1, names },
        ConditionExpression: 'attribute_not_exists(pk) OR revision = :seen',
        ExpressionAttributeValues: { ':seen': seen.revision },
      }),
    );
    return true;
  } catch (error) {
    if (conditionFailed(error)) return false;
    throw error;
  }
}
