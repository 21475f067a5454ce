import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { CLOSE_WINDOW_DAYS, closeBudget } from '../../../tenancy/accounts/limits.ts';
import { CatalogueError } from '../../../tenancy/errors.ts';
import { conditionFailed, type Table } from '../../runtime/table.ts';
import { reserve } from '../pace.ts';

const KEY = { pk: 'CLOSURES', sk: 'CLOSURES' };
const WINDOW_MILLISECONDS = CLOSE_WINDOW_DAYS * 86_400_000;

/** Closures that count against AWS's quota: account id -> earliest time of the call, ISO 8601. */
export type Closures = Record<string, string>;

interface ClosureLedger {
  closures: Closures;
  version: number;
}

/** The closures of the last 30 days, read consistently. */
export async function recentClosures(table: Table, now: number): Promise<Closures> {
  return (await read(table, now)).closures;
}

/**
 * Takes a place in the rolling budget of closures for an account, once, and returns the earliest time at which AWS may be
 * asked, by the shared rate. All places are in one item, which is replaced by a conditional write: never more are taken
 * than there are. `memberAccounts` is asked only when the least budget is used up. Throws `CloseBudgetExhausted`.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
 */
export async function takeClosure(
  table: Table,
  accountId: string,
  now: number,
  memberAccounts: () => Promise<number>,
): Promise<Date> {
  for (;;) {
    const { closures, version } = await read(table, now);
    const taken = closures[accountId];
    if (taken) return new Date(taken);
    const used = Object.keys(closures).length;
    const budget = used < closeBudget(0) ? closeBudget(0) : closeBudget(await memberAccounts());
    if (used >= budget) throw exhausted(closures);
    const at = await reserve(table, 'CloseAccount', now);
    const item: ClosureLedger = { closures: { ...closures, [accountId]: at.toISOString() }, version: version + 1 };
    if (await replace(table, item, version)) return at;
  }
}

/** When the oldest closure no longer counts; `undefined` while none does. */
export function nextPlaceAt(closures: Closures): Date | undefined {
  const [oldest] = Object.values(closures).sort();
  return oldest === undefined ? undefined : new Date(Date.parse(oldest) + WINDOW_MILLISECONDS);
}

/** The error of a budget that is used up, with the time of the next place. What was closed by hand is not in the ledger. */
export function exhausted(closures: Closures): CatalogueError {
  const next = nextPlaceAt(closures);
  return new CatalogueError(
    'CloseBudgetExhausted',
    `AWS closes no more accounts of the organization: ${Object.keys(closures).length} were closed from here within ${CLOSE_WINDOW_DAYS} days. ${next ? `The next can be closed after ${next.toISOString()}.` : 'Those closed by hand count too.'}`,
  );
}

async function read(table: Table, now: number): Promise<ClosureLedger> {
  const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: KEY, ConsistentRead: true }));
  const all = (Item?.['closures'] ?? {}) as Closures;
  const counting = Object.entries(all).filter(([, at]) => Date.parse(at) > now - WINDOW_MILLISECONDS);
  return { closures: Object.fromEntries(counting), version: Number(Item?.['version'] ?? 0) };
}

async function replace(table: Table, ledger: ClosureLedger, version: number): Promise<boolean> {
  try {
    await table.client.send(
      new PutCommand({
        TableName: table.name,
        Item: { ...KEY, ...ledger },
        ConditionExpression: 'attribute_not_exists(pk) OR version = :version',
        ExpressionAttributeValues: { ':version': version },
      }),
    );
    return true;
  } catch (error) {
    if (conditionFailed(error)) return false;
    throw error;
  }
}
