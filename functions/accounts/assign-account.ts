import { AccountClient, PutAccountNameCommand } from '@aws-sdk/client-account';
import { TagResourceCommand } from '@aws-sdk/client-organizations';
import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { tenantTags } from '../../tenancy/names.ts';
import { createLedger, type Ledger } from '../operations/ledger-store.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { accessCredentials } from './access.ts';
import { DEDICATED_ACCOUNT } from './account-ledger.ts';
import { expectAccount } from './account-store.ts';
import { moveAccount, type OrganizationClients, organizationClients } from './organization.ts';

export interface Assignment {
  tenantId: string;
  tier: string;
  accountName: string;
  accountId: string;
}

/** What changes the account's own settings, with credentials of that account. */
export type AccountSettings = Pick<AccountClient, 'send'>;

/**
 * The claimed account becomes the tenant's: it moves from the pool, where everything is denied, to the unit of tenants, is tagged
 * for cost allocation and named after the tenant. Throws `ResourceNotOwned` when the tenant has no claim to it, or when it is in
 * neither unit.
 */
export async function assignAccount(
  table: Table,
  clients: OrganizationClients,
  settings: AccountSettings,
  ledger: Ledger,
  { tenantId, tier, accountName, accountId }: Assignment,
): Promise<void> {
  const account = await expectAccount(table, accountName);
  if (account.state !== 'CLAIMED' || account.tenantId !== tenantId || account.accountId !== accountId)
    throw new CatalogueError(
      'ResourceNotOwned',
      `The account ${accountName} is ${account.state} and not claimed by "${tenantId}".`,
    );
  await moveAccount(clients, accountId, 'pool', 'tenants');
  const tags = Object.entries(tenantTags(tenantId, tier)).map(([Key, Value]) => ({ Key, Value }));
  await clients.reader.send(new TagResourceCommand({ ResourceId: accountId, Tags: tags }));
  await settings.send(new PutAccountNameCommand({ AccountName: `tenantry-${tenantId}` }));
  await ledger.created('account', DEDICATED_ACCOUNT, { accountId, accountName });
}

/** Step of acquire-placement. */
export const handler = step({
  name: 'assign-account',
  input: placedStepInput.extend({ tier: z.string(), accountName: z.string(), accountId: z.string() }),
  output: z.object({ accountId: z.string() }),
  async run(input) {
    // Account Management has one endpoint. https://docs.aws.amazon.com/general/latest/gr/account.html
    const settings = new AccountClient({ region: 'us-east-1', credentials: accessCredentials(input.accountId) });
    await assignAccount(table(), organizationClients(), settings, createLedger(table(), input), input);
    return { accountId: input.accountId };
  },
});
