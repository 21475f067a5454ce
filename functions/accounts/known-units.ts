import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Table } from '../runtime/table.ts';

const KEY = { pk: 'ORGANIZATION', sk: 'UNITS' };

/** The ids of the organization's units as somebody has found them, by place; `undefined` when nobody has, or they were forgotten. */
export async function readKnownUnits(table: Table): Promise<Record<string, string> | undefined> {
  const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: KEY }));
  return Item?.['units'] as Record<string, string> | undefined;
}

/** Keeps them for every sandbox: without that, each new one would ask ListRoots, which AWS answers once a second. */
export async function writeKnownUnits(table: Table, units: Record<string, string>): Promise<void> {
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: KEY,
      UpdateExpression: 'SET units = :units',
      ExpressionAttributeValues: { ':units': units },
    }),
  );
}

/** The next one who needs them looks at the organization. */
export async function forgetKnownUnits(table: Table): Promise<void> {
  await table.client.send(new UpdateCommand({ TableName: table.name, Key: KEY, UpdateExpression: 'REMOVE units' }));
}
