import { z } from 'zod';
import { placement } from '../../events/placement.ts';
import { entriesOfPlacement, releaseOrder } from '../../tenancy/ledger.ts';
import { resourceKinds } from '../../tenancy/steps.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { readLedger } from './ledger-store.ts';

/**
 * Reads the ledger and says what is to be released, newest first; what is only planned is in doubt, so it counts. Of
 * a tenant that lives on in another placement, only what belongs to the one it has left.
 */
export const handler = step({
  name: 'plan-release',
  input: stepInput.extend({
    only: z.object({ generation: z.int().positive(), survivor: placement }).optional(),
  }),
  output: z.object({
    resources: z.array(
      z.object({
        kind: z.enum(resourceKinds),
        name: z.string(),
        generation: z.int().positive(),
        attributes: z.record(z.string(), z.string()),
      }),
    ),
  }),
  async run({ tenantId, only }) {
    const all = await readLedger(table(), tenantId);
    const entries = releaseOrder(only ? entriesOfPlacement(all, only.generation, only.survivor) : all);
    return {
      resources: entries.map((entry) => ({
        kind: entry.kind,
        name: entry.name,
        generation: entry.generation,
        attributes: entry.attributes,
      })),
    };
  },
});
