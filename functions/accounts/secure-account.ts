import { z } from 'zod';
import { step } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { expectAccount } from './account-store.ts';
import { moveAccount, type OrganizationClients, organizationClients } from './organization.ts';
import { accountIdOf } from './vended-account.ts';

/**
 * Ensures that a new account is behind the fences of the pool: it is born in the root, where no policy of ours holds. An
 * account that has gone further is left where it is. Throws `ResourceNotOwned` when somebody else has moved it.
 */
export async function secureAccount(table: Table, clients: OrganizationClients, accountName: string): Promise<string> {
  const account = await expectAccount(table, accountName);
  const accountId = accountIdOf(account);
  if (account.state === 'VENDED') await moveAccount(clients, accountId, 'root', 'pool');
  return accountId;
}

/** Step of vend-account. */
export const handler = step({
  name: 'secure-account',
  input: z.object({ accountName: z.string() }),
  output: z.object({ accountId: z.string() }),
  async run({ accountName }) {
    return { accountId: await secureAccount(table(), organizationClients(), accountName) };
  },
});
