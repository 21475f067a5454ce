import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type LedgerEntry, ledgerKey } from '../../tenancy/ledger.ts';
import type { LedgerWriter } from '../operations/ledger-store.ts';
import { conditionFailed, type Table } from '../runtime/table.ts';

/** Name of the ledger's entry for an account of the tenant's own: a tenant has one at most. */
export const DEDICATED_ACCOUNT = 'dedicated';

const key = (tenantId: string) => ({
  pk: `TENANT#${tenantId}`,
  sk: `RESOURCE#${ledgerKey('account', DEDICATED_ACCOUNT, 1)}`,
});

/** The tenant's entry that names an account of its own, read consistently; `undefined` when none was ever named. */
export async function readAccountEntry(table: Table, tenantId: string): Promise<LedgerEntry | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: key(tenantId), ConsistentRead: true }),
  );
  // One that was given up before an account was named says nothing.
  const entry = Item as LedgerEntry | undefined;
  return entry?.attributes?.['accountName'] ? entry : undefined;
}

/**
 * Names the account the tenant is to have, in one conditional write: only if the entry still is what was `seen`. False when
 * somebody else has named one meanwhile.
 */
export async function nameAccount(
  table: Table,
  operation: LedgerWriter,
  seen: LedgerEntry | undefined,
  accountName: string,
): Promise<boolean> {
  const entry: LedgerEntry = {
    ...operation,
    kind: 'account',
    name: DEDICATED_ACCOUNT,
    state: 'PLANNED',
    attributes: { accountName },
    updatedAt: new Date().toISOString(),
  };
  try {
    await table.client.send(
      new PutCommand({
        TableName: table.name,
        Item: { ...key(operation.tenantId), ...entry },
        ...(seen
          ? {
              ConditionExpression:
                '#state = :state AND operationId = :operation AND attributes.accountName = :accountName',
              ExpressionAttributeNames: { '#state': 'state' },
              ExpressionAttributeValues: {
                ':state': seen.state,
                ':operation': seen.operationId,
                ':accountName': seen.attributes['accountName'],
              },
            }
          : { ConditionExpression: 'attribute_not_exists(attributes.accountName)' }),
      }),
    );
    return true;
  } catch (error) {
    if (conditionFailed(error)) return false;
    throw error;
  }
}
