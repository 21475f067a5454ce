import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  type DeleteCommand,
  DynamoDBDocumentClient,
  type PutCommand,
  QueryCommand,
  type QueryCommandInput,
  type UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { environment, once } from './environment.ts';

/** The registry's table: registry, ledger and gates in one, changed by single-item conditional writes only. */
export interface Table {
  readonly client: Pick<DynamoDBDocumentClient, 'send'>;
  readonly name: string;
}

/** The table that the environment names (`TABLE_NAME`). */
export const table = once(
  (): Table => ({
    client: DynamoDBDocumentClient.from(new DynamoDBClient({}), { marshallOptions: { removeUndefinedValues: true } }),
    name: environment('TABLE_NAME'),
  }),
);

/** Whether a conditional write found its condition not met. */
export function conditionFailed(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

/** Performs a conditional write; false when its condition was not met. */
export async function conditionally(
  table: Table,
  command: PutCommand | UpdateCommand | DeleteCommand,
): Promise<boolean> {
  try {
    await table.client.send(command as PutCommand);
    return true;
  } catch (error) {
    if (conditionFailed(error)) return false;
    throw error;
  }
}

/** Every item that the query finds, page after page. */
export async function queryAll<Item>(table: Table, query: Omit<QueryCommandInput, 'TableName'>): Promise<Item[]> {
  const items: Item[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table.client.send(
      new QueryCommand({ ...query, TableName: table.name, ...(start && { ExclusiveStartKey: start }) }),
    );
    items.push(...((page.Items ?? []) as Item[]));
    start = page.LastEvaluatedKey;
  } while (start);
  return items;
}

/** Every item of a kind, from the index, which may be a moment behind. */
export function listEntities<Item>(table: Table, entity: string): Promise<Item[]> {
  return queryAll(table, {
    IndexName: 'by-entity',
    KeyConditionExpression: 'entity = :entity',
    ExpressionAttributeValues: { ':entity': entity },
  });
}
