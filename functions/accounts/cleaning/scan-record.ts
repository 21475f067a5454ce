import type { Account } from '../../../tenancy/accounts/account.ts';
import type { Table } from '../../runtime/table.ts';
import { transition } from '../account-store.ts';
import type { Sweep } from './sweep.ts';

/** How much of what resists is kept in the record; an item of DynamoDB holds 400 KB. */
const MOST_ENTRIES = 100;
const MOST_CHARACTERS = 500;

/**
 * Counts a scan in the account's record and returns the record as it then is; `undefined` when the account is no longer
 * being cleaned, or when another scan was counted meanwhile. A scan that found something always sets the clean
 * ones in a row back; one that found nothing counts only if it is the next after those it knew of.
 */
export function recordScan(table: Table, account: Account, scan: Sweep): Promise<Account | undefined> {
  const { accountName, cleanScans = 0, dirtyScans = 0 } = account;
  if (scan.found > 0)
    return transition(table, accountName, ['CLEANING'], 'CLEANING', {
      cleanScans: 0,
      dirtyScans: dirtyScans + 1,
      resisting: shortened(scan.remaining),
    });
  return transition(
    table,
    accountName,
    ['CLEANING'],
    'CLEANING',
    { cleanScans: cleanScans + 1, dirtyScans, resisting: undefined },
    {
      expression: '#known = :known AND #dirty = :dirty',
      names: { '#known': 'cleanScans', '#dirty': 'dirtyScans' },
      values: { ':known': cleanScans, ':dirty': dirtyScans },
    },
  );
}

function shortened(remaining: readonly string[]): string[] {
  const kept = remaining.slice(0, MOST_ENTRIES).map((text) => text.slice(0, MOST_CHARACTERS));
  const more = remaining.length - kept.length;
  return more > 0 ? [...kept, `and ${more} more`] : kept;
}
