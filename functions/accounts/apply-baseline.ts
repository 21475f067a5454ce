import { z } from 'zod';
import json from '#account-template' with { type: 'json' };
import type { Account } from '../../tenancy/accounts/account.ts';
import type { AccountsConfig } from '../../tenancy/accounts/config.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { accountsSettings } from '../runtime/config.ts';
import { environment } from '../runtime/environment.ts';
import { step } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { type AccountClients, freshAccountClients } from './account-clients.ts';
import { expectAccount } from './account-store.ts';
import { type AccountStackRequest, ensureAccountStack } from './baseline/account-stack.ts';
import { putContacts } from './baseline/contacts.ts';
import { removeDefaultNetworks } from './baseline/default-networks.ts';
import { isUnknownYet } from './readiness/check.ts';
import { accountIdOf, recordPassed } from './vended-account.ts';

export interface Baseline {
  clients: AccountClients;
  settings: Pick<AccountsConfig, 'alternateContacts' | 'regions'>;
  stack: AccountStackRequest;
  now: number;
}

/**
 * Ensures what every account of a tenant has before anybody lives in it: alternate contacts, no default networks, the stack of the
 * platform's roles and the tenant's boundary. Parts that are done are recorded; an account that has gone further is left as
 * it is. Throws `StillCreating` until everything is there, and what the stack throws.
 */
export async function applyBaseline(table: Table, accountName: string, baseline: Baseline): Promise<string> {
  const account = await expectAccount(table, accountName);
  const accountId = accountIdOf(account);
  if (account.state !== 'VENDED') return accountId;
  try {
    await applyParts(table, account, baseline);
  } catch (error) {
    // A service can answer at one of its endpoints and not yet know the account at another.
    if (!isUnknownYet(error)) throw error;
    throw new CatalogueError('StillCreating', `The account ${accountId} is not known yet: ${error.message}`);
  }
  return accountId;
}

async function applyParts(table: Table, account: Account, baseline: Baseline): Promise<void> {
  const { clients, settings, stack, now } = baseline;
  if (!account.ready?.['default-networks-removed']) {
    await putContacts(clients, settings.alternateContacts);
    await removeDefaultNetworks(clients, settings.regions[0] ?? 'us-east-1');
    await recordPassed(table, account, { 'default-networks-removed': new Date(now).toISOString() });
  }
  await ensureAccountStack(clients.stacks, stack);
}

/** Step of vend-account. */
export const handler = step({
  name: 'apply-baseline',
  input: z.object({ accountName: z.string() }),
  output: z.object({ accountId: z.string() }),
  async run({ accountName }) {
    const settings = accountsSettings();
    const accountId = accountIdOf(await expectAccount(table(), accountName));
    const clients = freshAccountClients(accountId, settings.regions[0] ?? 'us-east-1');
    const parameters = {
      PlatformAccountId: environment('PLATFORM_ACCOUNT_ID'),
      ExternalId: environment('EXTERNAL_ID'),
    };
    const stack = { templateBody: JSON.stringify(json), parameters };
    return { accountId: await applyBaseline(table(), accountName, { clients, settings, stack, now: Date.now() }) };
  },
});
