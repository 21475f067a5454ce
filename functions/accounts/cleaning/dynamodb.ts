import {
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { everyPage, isError, type Leftover, orGone, type Sweeper } from './sweeper.ts';

const GONE = 'ResourceNotFoundException';

/** Tables, protected against deletion or not. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html */
export const dynamodbSweeper: Sweeper = {
  service: 'dynamodb',
  async list(options) {
    const client = new DynamoDBClient(options);
    const names = await everyPage(
      (ExclusiveStartTableName) => client.send(new ListTablesCommand({ ExclusiveStartTableName })),
      ({ TableNames }) => TableNames,
      ({ LastEvaluatedTableName }) => LastEvaluatedTableName,
    );
    const found = await Promise.all(names.map((name) => leftover(client, name)));
    return found.flat();
  },
};

async function leftover(client: DynamoDBClient, TableName: string): Promise<Leftover[]> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    // One that changes takes no other request; switching its protection off is such a change.
    const going = Table?.TableStatus !== 'ACTIVE';
    const remove = async () => {
      if (Table?.DeletionProtectionEnabled)
        await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
      else await client.send(new DeleteTableCommand({ TableName }));
    };
    return [{ kind: 'table', name: TableName, going, remove: () => orGone(remove(), GONE) }];
  } catch (error) {
    if (isError(error, GONE)) return [];
    throw error;
  }
}
