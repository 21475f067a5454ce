import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { step } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { expectAccount, transition } from './account-store.ts';
import { accountIdOf } from './vended-account.ts';

/** The prepared account is available in the pool: for anyone, or for the tenant it is reserved for. One that has gone further stays as it is. */
export async function stockAccount(table: Table, accountName: string, availableAt: string): Promise<string> {
  const stocked = await transition(table, accountName, ['VENDED'], 'AVAILABLE', { availableAt });
  const account = stocked ?? (await expectAccount(table, accountName));
  if (account.state === 'PLANNED' || account.state === 'REQUESTED')
    throw new CatalogueError('InvalidInput', `The account "${accountName}" is ${account.state}: it cannot be stocked.`);
  return accountIdOf(account);
}

/** Step of vend-account. */
export const handler = step({
  name: 'stock-account',
  input: z.object({ accountName: z.string() }),
  output: z.object({ accountId: z.string() }),
  async run({ accountName }) {
    return { accountId: await stockAccount(table(), accountName, new Date().toISOString()) };
  },
});
