import { z } from 'zod';
import { placement } from '../../events/placement.ts';
import { getTenant } from '../operations/tenant-registry.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';

/**
 * Step of retire-placement, inside the tenant's gate: whether the placement is still the one that was left. It is not when it was
 * taken back, released for a later change or with the tenant.
 */
export const handler = step({
  name: 'begin-retirement',
  input: stepInput.extend({ generation: z.int().positive() }),
  output: z.object({ only: z.object({ generation: z.int().positive(), survivor: placement }).optional() }),
  async run({ tenantId, generation }) {
    const tenant = await getTenant(table(), tenantId);
    if (tenant?.previous?.generation !== generation) return {};
    return { only: { generation, survivor: tenant.placement } };
  },
});
