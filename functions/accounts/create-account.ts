import { z } from 'zod';
import type { Account } from '../../tenancy/accounts/account.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { accountsSettings } from '../runtime/config.ts';
import { step } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { expectAccount, transition } from './account-store.ts';
import { adopt, followRequest } from './creation-outcome.ts';
import { ASK_AGAIN_AFTER_MILLISECONDS, askForAccount } from './creation-request.ts';
import { findCreation } from './creation-search.ts';
import { type OrganizationClients, organizationClients } from './organization.ts';

/** What the creation of accounts works with. */
export interface Creation {
  readonly table: Table;
  readonly clients: OrganizationClients;
  readonly emailPattern: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Ensures that AWS has made the account of the record: looks, asks, follows, one of them for each visit. Returns its id.
 * Throws `StillCreating` until it exists; `AccountCreationInterrupted` and `AccountEmailTaken` when it will be asked for
 * again; `AccountCreationBlocked` when a person must put something right first; `AccountRefused` when it will never exist.
 *
 * CreateAccount has no idempotency token. So the record says that AWS is about to be asked before it is asked, and a call whose
 * answer is not known is looked for, by name, then by address and tag, before it is made again.
 */
export async function createAccount(creation: Creation, accountName: string): Promise<string> {
  const account = await expectAccount(creation.table, accountName);
  switch (account.state) {
    case 'PLANNED':
      return account.askedAt ? lookForAnswer(creation, account, account.askedAt) : askForAccount(creation, account);
    case 'REQUESTED':
      return followRequest(creation, account);
    case 'REFUSED':
      throw new CatalogueError('AccountRefused', account.reason ?? `AWS refused the account ${accountName}.`);
    default:
      if (account.accountId) return account.accountId;
      throw new CatalogueError('InvalidInput', `The account "${accountName}" is ${account.state} and has no id.`);
  }
}

async function lookForAnswer(creation: Creation, account: Account, askedAt: string): Promise<string> {
  const found = await findCreation(creation.clients.reader, account);
  if (found && 'accountId' in found) return adopt(creation, account, found.accountId);
  if (found) {
    const { requestId } = found;
    await transition(creation.table, account.accountName, ['PLANNED'], 'REQUESTED', { requestId });
    throw new CatalogueError('StillCreating', `AWS has the request for ${account.accountName} (${requestId}).`);
  }
  if (creation.now() - Date.parse(askedAt) < ASK_AGAIN_AFTER_MILLISECONDS)
    throw new CatalogueError(
      'StillCreating',
      `Whether AWS has the request for ${account.accountName} is not known yet.`,
    );
  return askForAccount(creation, account);
}

/** Step of vend-account. */
export const handler = step({
  name: 'create-account',
  input: z.object({ accountName: z.string() }),
  output: z.object({ accountId: z.string() }),
  async run({ accountName }) {
    const { emailPattern } = accountsSettings();
    const creation = { table: table(), clients: organizationClients(), emailPattern, now: Date.now };
    return { accountId: await createAccount(creation, accountName) };
  },
});
