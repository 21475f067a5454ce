import { z } from 'zod';
import { createLedger } from '../operations/ledger-store.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';

/** Gives up the tenant's place in an account. The platform's own account stays as it is. */
export const handler = step({
  name: 'release-account',
  input: placedStepInput.extend({ name: z.string() }),
  output: z.object({ released: z.literal(true) }),
  async run({ name, ...operation }) {
    await createLedger(table(), operation).deleted('account', name);
    return { released: true as const };
  },
});
