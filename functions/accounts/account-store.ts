import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Account, AccountState } from '../../tenancy/accounts/account.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { conditionFailed, type Table } from '../runtime/table.ts';

const key = (accountName: string) => ({ pk: `ACCOUNT#${accountName}`, sk: 'ACCOUNT' });
const idKey = (accountId: string) => ({ pk: `ACCOUNT-ID#${accountId}`, sk: 'ACCOUNT' });

/** Partition of the index `by-entity` that lists the accounts in a state. */
const entity = (state: AccountState) => `ACCOUNT#${state}`;

/** The record of an account, read consistently; `undefined` when nobody planned it. */
export async function getAccount(table: Table, accountName: string): Promise<Account | undefined> {
  const answer = await table.client.send(
    new GetCommand({ TableName: table.name, Key: key(accountName), ConsistentRead: true }),
  );
  return answer.Item && accountOf(answer.Item);
}

/** The record of an account that a workflow works on. Throws `InvalidInput` when there is none. */
export async function expectAccount(table: Table, accountName: string): Promise<Account> {
  const account = await getAccount(table, accountName);
  if (!account) throw new CatalogueError('InvalidInput', `There is no record of an account "${accountName}".`);
  return account;
}

/** The name under which an AWS account is recorded, read consistently; `undefined` for one that was not vended here. */
export async function accountNameOf(table: Table, accountId: string): Promise<string | undefined> {
  const answer = await table.client.send(
    new GetCommand({ TableName: table.name, Key: idKey(accountId), ConsistentRead: true }),
  );
  return answer.Item?.['accountName'] as string | undefined;
}

/** Writes the intent. False when the name has a record already, which stays as it is. */
export async function planAccount(table: Table, account: Account): Promise<boolean> {
  try {
    await table.client.send(
      new PutCommand({
        TableName: table.name,
        Item: { ...key(account.accountName), entity: entity(account.state), ...account },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
    return true;
  } catch (error) {
    if (conditionFailed(error)) return false;
    throw error;
  }
}

/** What else must hold for a transition, in DynamoDB's words; names and values must not begin with `#c`, `:c`, `#from` or `:from`. */
export interface Condition {
  expression: string;
  names?: Record<string, string>;
  values?: Record<string, unknown>;
}

/**
 * Moves an account from one of the states `from` to `to` in one conditional write and returns the record as it then is;
 * members of `changes` that are `undefined` are removed. `undefined` when the account is in another state or the
 * condition does not hold. Also after an SDK retry whose first try had taken effect: who gets `undefined` reads before it decides.
 */
export async function transition(
  table: Table,
  accountName: string,
  from: readonly AccountState[],
  to: AccountState,
  changes: Partial<Account>,
  condition?: Condition,
): Promise<Account | undefined> {
  // First the way back from the id: an id without its record is harmless, a record without the way back is not found.
  if (changes.accountId) await rememberId(table, accountName, changes.accountId);
  const all: Record<string, unknown> = {
    ...changes,
    state: to,
    entity: entity(to),
    updatedAt: new Date().toISOString(),
  };
  const members = Object.keys(all);
  const part = (present: boolean, text: (index: number) => string) =>
    members.flatMap((member, index) => ((all[member] !== undefined) === present ? [text(index)] : [])).join(', ');
  const removed = part(false, (index) => `#c${index}`);
  const states = Object.fromEntries(from.map((state, index) => [`:from${index}`, state]));
  try {
    const answer = await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(accountName),
        UpdateExpression: `SET ${part(true, (index) => `#c${index} = :c${index}`)}${removed && ` REMOVE ${removed}`}`,
        ConditionExpression: `#from IN (${Object.keys(states).join(', ')})${condition ? ` AND (${condition.expression})` : ''}`,
        ExpressionAttributeNames: {
          '#from': 'state',
          ...Object.fromEntries(members.map((member, index) => [`#c${index}`, member])),
          ...condition?.names,
        },
        ExpressionAttributeValues: {
          ...states,
          ...Object.fromEntries(
            members.flatMap((member, index) => (all[member] === undefined ? [] : [[`:c${index}`, all[member]]])),
          ),
          ...condition?.values,
        },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return accountOf(answer.Attributes ?? {});
  } catch (error) {
    if (conditionFailed(error)) return undefined;
    throw error;
  }
}

/**
 * Accounts in a state, from the index, which may be a moment behind: at most `limit` whose names come after `after`, or all.
 */
export async function listAccounts(
  table: Table,
  state: AccountState,
  { limit, after }: { limit?: number; after?: string } = {},
): Promise<Account[]> {
  const accounts: Account[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        IndexName: 'by-entity',
        KeyConditionExpression: `entity = :entity${after ? ' AND pk > :after' : ''}`,
        ExpressionAttributeValues: { ':entity': entity(state), ...(after && { ':after': key(after).pk }) },
        ...(limit && { Limit: limit - accounts.length }),
        ...(start && { ExclusiveStartKey: start }),
      }),
    );
    accounts.push(...(page.Items ?? []).map(accountOf));
    start = page.LastEvaluatedKey;
  } while (start && (!limit || accounts.length < limit));
  return accounts;
}

async function rememberId(table: Table, accountName: string, accountId: string): Promise<void> {
  try {
    await table.client.send(
      new PutCommand({
        TableName: table.name,
        Item: { ...idKey(accountId), entity: 'ACCOUNT-ID', accountId, accountName },
        ConditionExpression: 'attribute_not_exists(pk) OR accountName = :name',
        ExpressionAttributeValues: { ':name': accountName },
      }),
    );
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    const owner = await accountNameOf(table, accountId);
    throw new CatalogueError(
      'ResourceNotOwned',
      `The account ${accountId} is recorded as "${owner}", not "${accountName}".`,
    );
  }
}

function accountOf({ pk, sk, entity: _, ...account }: Record<string, unknown>): Account {
  return account as unknown as Account;
}
