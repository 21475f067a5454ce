import { randomBytes, randomInt } from 'node:crypto';
import { type Account, claimableBy } from '../../tenancy/accounts/account.ts';
import type { Table } from '../runtime/table.ts';
import { listAccounts } from './account-store.ts';

/** Accounts that are looked at in one go. */
const PAGE = 25;

/**
 * An account of the pool that the tenant may have, at random, so that many who come at once do not all try the same one; its own if it is
 * among those seen. `undefined` when there is none. The index is a moment behind: the claim itself is a conditional write.
 */
export async function pickFromPool(table: Table, tenantId: string): Promise<Account | undefined> {
  // Names are hashes: a random name is a random place in the index.
  const start = `tenantry-${randomBytes(6).toString('hex')}`;
  return (await pickAfter(table, tenantId, start)) ?? (await pickAfter(table, tenantId, undefined));
}

async function pickAfter(table: Table, tenantId: string, from: string | undefined): Promise<Account | undefined> {
  let after = from;
  for (;;) {
    const page = await listAccounts(table, 'AVAILABLE', { limit: PAGE, ...(after && { after }) });
    const claimable = page.filter((account) => claimableBy(account, tenantId));
    if (claimable.length > 0) return claimable[randomInt(claimable.length)];
    after = page.at(-1)?.accountName;
    if (page.length < PAGE || !after) return undefined;
  }
}

/** Whether an account of the pool is for anyone: neither reserved nor lived in. */
export function isStock({ reservedFor, previousTenant }: Pick<Account, 'reservedFor' | 'previousTenant'>): boolean {
  return reservedFor === undefined && previousTenant === undefined;
}
