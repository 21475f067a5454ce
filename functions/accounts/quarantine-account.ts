import { z } from 'zod';
import type { Account } from '../../tenancy/accounts/account.ts';
import { createLedger, type Ledger } from '../operations/ledger-store.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { DEDICATED_ACCOUNT } from './account-ledger.ts';
import { expectAccount, transition } from './account-store.ts';

/**
 * Leaves an account that resists cleaning in quarantine, for a person to decide, with what resists in its record. The tenant
 * has no account any more. An account that is in another state by now stays as it is.
 */
export async function quarantineAccount(
  registry: Table,
  ledger: Ledger,
  { tenantId, accountName }: { tenantId: string; accountName: string },
): Promise<Account> {
  const before = await expectAccount(registry, accountName);
  const quarantined = await transition(
    registry,
    accountName,
    ['CLEANING'],
    'QUARANTINED',
    { previousTenant: tenantId, reservedFor: undefined, reason: reasonOf(before) },
    { expression: 'tenantId = :tenant', values: { ':tenant': tenantId } },
  );
  await ledger.deleted('account', DEDICATED_ACCOUNT);
  return quarantined ?? (await expectAccount(registry, accountName));
}

function reasonOf({ dirtyScans = 0 }: Account): string {
  return `${dirtyScans} scans found something that could not be removed`;
}

/** Step of clean-account. */
export const handler = step({
  name: 'quarantine-account',
  input: placedStepInput.extend({ accountName: z.string() }),
  output: z.object({ state: z.string(), resisting: z.array(z.string()) }),
  async run({ accountName, ...operation }, { logger }) {
    const { tenantId } = operation;
    const ledger = createLedger(table(), operation);
    const account = await quarantineAccount(table(), ledger, { tenantId, accountName });
    const { state, accountId, resisting = [], reason } = account;
    logger.error('the account stays in quarantine', { accountName, accountId, state, reason, resisting });
    // A step's answer travels through the workflow, which takes 256 KiB.
    return { state, resisting: resisting.slice(0, 10) };
  },
});
