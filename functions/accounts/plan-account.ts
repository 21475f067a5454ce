import { z } from 'zod';
import { PROGRESSING_STATES } from '../../tenancy/accounts/account.ts';
import { accountAddress } from '../../tenancy/accounts/address.ts';
import { accountsSettings } from '../runtime/config.ts';
import { step } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { expectAccount, planAccount, transition } from './account-store.ts';

export interface AccountPlan {
  accountName: string;
  /** The tenant for which it is vended; absent: stock. */
  reservedFor?: string | undefined;
  /** The execution of vend-account that works on it. */
  executionArn: string;
}

/**
 * Ensures the record of an account, with its name and address, before AWS is asked for it. One that is on its way
 * already is taken over by the execution.
 */
export async function recordPlan(table: Table, plan: AccountPlan, emailPattern: string): Promise<void> {
  const { accountName, reservedFor, executionArn } = plan;
  const now = new Date().toISOString();
  const email = accountAddress(emailPattern, { accountName, tenantId: reservedFor, alias: 0 });
  const planned = await planAccount(table, {
    accountName,
    email,
    alias: 0,
    state: 'PLANNED',
    plannedAt: now,
    updatedAt: now,
    failures: 0,
    executionArn,
    ...(reservedFor && { reservedFor }),
  });
  if (planned) return;
  const { state } = await expectAccount(table, accountName);
  // When another state is reached meanwhile, the steps that follow see it.
  if (PROGRESSING_STATES.includes(state)) await transition(table, accountName, [state], state, { executionArn });
}

/** Step of vend-account. */
export const handler = step({
  name: 'plan-account',
  input: z.object({ accountName: z.string(), reservedFor: z.string().optional(), executionArn: z.string() }),
  output: z.object({ accountName: z.string() }),
  async run(input) {
    await recordPlan(table(), input, accountsSettings().emailPattern);
    return { accountName: input.accountName };
  },
});
