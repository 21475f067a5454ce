import { readAccountEntry } from '../accounts/account-ledger.ts';
import { getAccount } from '../accounts/account-store.ts';
import { pickFromPool } from '../accounts/pool.ts';
import { readGate, waiters } from '../operations/gate-records.ts';
import type { Table } from '../runtime/table.ts';
import type { PreflightRequest } from './preflight-request.ts';

/** Which account the tenant would have: its own from before, one of the pool, or one that is still to be vended. */
export type AccountSource = 'pooled' | 'kept' | 'own-from-before' | 'from-the-pool' | 'to-be-vended';

export interface AccountOutlook {
  readonly source: AccountSource;
  /** Its id, where it is known. */
  readonly accountId?: string;
  readonly obstacles: readonly string[];
}

/** Looks which account the tenant would get; claims nothing. `vending` says whether the configuration has accounts at all. */
export async function accountOutlook(
  table: Table,
  { tenantId, from, to }: PreflightRequest,
  { vending, platformAccountId }: { vending: boolean; platformAccountId: string },
): Promise<AccountOutlook> {
  if (to.placement.account === 'pooled') return { source: 'pooled', accountId: platformAccountId, obstacles: [] };
  if (from.placement.account === 'dedicated') return { source: 'kept', accountId: from.accountId, obstacles: [] };
  if (!vending) {
    const text = 'the configuration has no "accounts": accounts of tenants are not vended';
    return { source: 'to-be-vended', obstacles: [text] };
  }
  const name = (await readAccountEntry(table, tenantId))?.attributes['accountName'];
  const own = name ? await getAccount(table, name) : undefined;
  if (own?.accountId && (own.tenantId === tenantId || own.previousTenant === tenantId))
    return { source: 'own-from-before', accountId: own.accountId, obstacles: [] };
  const stock = await pickFromPool(table, tenantId);
  if (stock) return { source: 'from-the-pool', obstacles: [] };
  return { source: 'to-be-vended', obstacles: await creationObstacles(table) };
}

/** Creations pause when AWS refuses one for the account limit, a payment or a verification. */
async function creationObstacles(table: Table): Promise<string[]> {
  const paused = (await readGate(table, 'account-creation'))?.paused;
  if (!paused) return [];
  const waiting = (await waiters(table, 'account-creation')).length;
  return [
    `the pool has no account, and creating accounts is paused since ${paused.since} (${paused.reason}; ${waiting} wait): put it right, then run \`tenantry accounts resume\``,
  ];
}
