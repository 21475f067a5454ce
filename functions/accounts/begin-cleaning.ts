import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { createLedger, type Ledger } from '../operations/ledger-store.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { DEDICATED_ACCOUNT } from './account-ledger.ts';
import { getAccount, transition } from './account-store.ts';
import { reserve } from './pace.ts';

export interface CleaningStart {
  /** Whether the account has to be cleaned: the tenant had claimed it. */
  clean: boolean;
  /** When the account may be moved to quarantine, ISO 8601. */
  moveAt?: string;
}

/**
 * Takes the account from the tenant. One that the tenant has claimed begins to be cleaned (`CLEANING`). One that was only
 * reserved for it goes its way into the pool, where anyone can have it; the tenant's ledger has none any more. Throws
 * `NotYetConsistent` when somebody else changes the record at the same moment.
 */
export async function beginCleaning(
  registry: Table,
  ledger: Ledger,
  { tenantId, accountName }: { tenantId: string; accountName: string },
  now: number,
): Promise<CleaningStart> {
  const account = await getAccount(registry, accountName);
  const theirs = account?.tenantId === tenantId;
  if (theirs && account.state === 'CLAIMED') {
    const condition = { expression: 'tenantId = :tenant', values: { ':tenant': tenantId } };
    const fresh = { cleanScans: 0, dirtyScans: 0, resisting: undefined, reason: undefined };
    if (!(await transition(registry, accountName, ['CLAIMED'], 'CLEANING', fresh, condition)))
      throw contended(accountName);
  }
  if (theirs && (account.state === 'CLAIMED' || account.state === 'CLEANING'))
    return { clean: true, moveAt: (await reserve(registry, 'MoveAccount', now)).toISOString() };
  if (account?.reservedFor === tenantId) {
    const condition = { expression: 'reservedFor = :tenant', values: { ':tenant': tenantId } };
    const { state } = account;
    if (!(await transition(registry, accountName, [state], state, { reservedFor: undefined }, condition)))
      throw contended(accountName);
  }
  await ledger.deleted('account', DEDICATED_ACCOUNT);
  return { clean: false };
}

function contended(accountName: string): CatalogueError {
  return new CatalogueError('NotYetConsistent', `The account ${accountName} changes at this moment; looking again.`);
}

/** Step of clean-account. */
export const handler = step({
  name: 'begin-cleaning',
  input: placedStepInput.extend({ accountName: z.string() }),
  output: z.object({ clean: z.boolean(), moveAt: z.string().optional() }),
  run: ({ accountName, ...operation }) =>
    beginCleaning(table(), createLedger(table(), operation), { tenantId: operation.tenantId, accountName }, Date.now()),
});
