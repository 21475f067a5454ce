import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
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
