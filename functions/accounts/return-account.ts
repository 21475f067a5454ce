import { UntagResourceCommand } from '@aws-sdk/client-organizations';
import { z } from 'zod';
import type { AccountState } from '../../tenancy/accounts/account.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { tenantTag } from '../../tenancy/names.ts';
import { createLedger, type Ledger } from '../operations/ledger-store.ts';
import { accountsSettings } from '../runtime/config.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { DEDICATED_ACCOUNT } from './account-ledger.ts';
import { expectAccount, transition } from './account-store.ts';
import { moveAccount, type OrganizationClients, organizationClients } from './organization.ts';

/** Tags that say whose the account is. That it is one of Tenantry's stays. */
const TAGS_OF_TENANT = [tenantTag, 'tenantry:tier'];

/**
 * Gives a clean account back to the pool, where only the same tenant can claim it again; the tenant's ledger has none any
 * more. It can be claimed only after it is in the pool. Throws `ResourceNotOwned` for an account that is not clean.
 */
export async function returnAccount(
  registry: Table,
  organization: OrganizationClients,
  ledger: Ledger,
  { tenantId, accountName, cleanScans }: { tenantId: string; accountName: string; cleanScans: number },
): Promise<{ state: AccountState }> {
  const account = await expectAccount(registry, accountName);
  const { accountId = '', state } = account;
  if (state === 'CLEANING' && account.tenantId === tenantId) {
    if ((account.cleanScans ?? 0) < cleanScans) throw notClean(accountName, account.cleanScans);
    await moveAccount(organization, accountId, 'quarantine', 'pool');
    await organization.reader.send(new UntagResourceCommand({ ResourceId: accountId, TagKeys: TAGS_OF_TENANT }));
    const returned = await transition(
      registry,
      accountName,
      ['CLEANING'],
      'AVAILABLE',
      {
        tenantId: undefined,
        reservedFor: undefined,
        claimedBy: undefined,
        previousTenant: tenantId,
        availableAt: new Date().toISOString(),
        resisting: undefined,
      },
      {
        expression: 'tenantId = :tenant AND cleanScans >= :enough',
        values: { ':tenant': tenantId, ':enough': cleanScans },
      },
    );
    if (!returned) throw new CatalogueError('NotYetConsistent', `The account ${accountName} changes at this moment.`);
  } else if (state !== 'AVAILABLE' || account.previousTenant !== tenantId) {
    throw new CatalogueError('ResourceNotOwned', `The account ${accountName} is ${state} and is not given back.`);
  }
  await ledger.deleted('account', DEDICATED_ACCOUNT);
  return { state: 'AVAILABLE' };
}

function notClean(accountName: string, scans = 0): CatalogueError {
  return new CatalogueError(
    'ResourceNotOwned',
    `The account ${accountName} is not clean: ${scans} scans found nothing.`,
  );
}

/** Step of clean-account. */
export const handler = step({
  name: 'return-account',
  input: placedStepInput.extend({ accountName: z.string() }),
  output: z.object({ state: z.string() }),
  run: ({ accountName, ...operation }) =>
    returnAccount(table(), organizationClients(), createLedger(table(), operation), {
      tenantId: operation.tenantId,
      accountName,
      cleanScans: accountsSettings().cleaning.cleanScans,
    }),
});
