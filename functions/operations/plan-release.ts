import { z } from 'zod';
import { releaseOrder } from '../../tenancy/ledger.ts';
import { resourceKinds } from '../../tenancy/steps.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { readLedger } from './ledger-store.ts';

/** Reads the ledger and says what is to be released, newest first; what is only planned is in doubt, so it counts. */
export const handler = step({
  name: 'plan-release',
  input: stepInput,
  output: z.object({
    resources: z.array(
      z.object({ kind: z.enum(resourceKinds), name: z.string(), attributes: z.record(z.string(), z.string()) }),
    ),
  }),
  async run({ tenantId }) {
    const entries = releaseOrder(await readLedger(table(), tenantId));
    return { resources: entries.map(({ kind, name, attributes }) => ({ kind, name, attributes })) };
  },
});
