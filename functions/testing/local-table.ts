import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { startLocalCloud } from '../../local/local-cloud.ts';
import type { Table } from '../runtime/table.ts';

/** A registry table on a local DynamoDB of its own, for tests of what is written there. */
export async function localTable(): Promise<{ table: Table; close: () => Promise<void> }> {
  const local = await startLocalCloud({ port: 0, services: ['dynamodb'] });
  const client = new DynamoDBClient({
    endpoint: local.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  return {
    table: await registryTable(client),
    async close() {
      client.destroy();
      await local.stop();
    },
  };
}

/** Makes the registry's table, as the platform's stack does. */
export async function registryTable(client: DynamoDBClient): Promise<Table> {
  await client.send(
    new CreateTableCommand({
      TableName: 'registry',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'entity'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-entity',
          KeySchema: [
            { AttributeName: 'entity', KeyType: 'HASH' },
            { AttributeName: 'pk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 0.05, maxDelay: 1 }, { TableName: 'registry' });
  return {
    name: 'registry',
    client: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
  };
}

/** Removes every item of a test's table: faster than another table. */
export async function emptyTable({ client, name }: Table): Promise<void> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: name, ConsistentRead: true }));
  for (const { pk, sk } of Items) await client.send(new DeleteCommand({ TableName: name, Key: { pk, sk } }));
}
