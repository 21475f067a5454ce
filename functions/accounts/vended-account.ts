import type { Account } from '../../tenancy/accounts/account.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import type { Table } from '../runtime/table.ts';
import { transition } from './account-store.ts';

/** The id of an account that exists. Throws `InvalidInput` for one that AWS has not made. */
export function accountIdOf(account: Account): string {
  if (account.accountId) return account.accountId;
  throw new CatalogueError(
    'InvalidInput',
    `The account "${account.accountName}" (${account.state}) does not exist yet.`,
  );
}

/** Remembers checks and parts that a vended account has passed, so that no visit does them again. */
export async function recordPassed(table: Table, account: Account, passed: Record<string, string>): Promise<void> {
  if (Object.keys(passed).length === 0) return;
  await transition(table, account.accountName, ['VENDED'], 'VENDED', { ready: { ...account.ready, ...passed } });
}
