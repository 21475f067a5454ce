import { z } from 'zod';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { placementFacts } from './placement-facts.ts';
import { updateTenant } from './tenant-registry.ts';

/** The placement is proven: the registry says `READY`, and where. */
export const handler = step({
  name: 'activate-tenant',
  input: stepInput.extend({ facts: placementFacts }),
  output: z.object({ state: z.literal('READY') }),
  async run({ facts: { isolation: _proven, ...facts }, ...operation }) {
    await updateTenant(table(), operation, 'READY', facts);
    return { state: 'READY' as const };
  },
});
