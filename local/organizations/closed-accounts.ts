import type { Clock } from '../kernel/clock.ts';
import type { Store } from '../kernel/store.ts';
import { organizationsDatabase } from './database.ts';

/**
 * Whether an account is closed: nobody gets in any more. One that is only being closed can still be used.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_account_state.html
 */
export function isClosed(cloud: { store: Store; clock: Clock }, accountId: string): boolean {
  return organizationsDatabase(cloud).closed.get(accountId) !== undefined;
}
