import { z } from 'zod';
import { placement } from '../../events/placement.ts';
import { findTier } from '../runtime/config.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { registerTenant } from './tenant-registry.ts';

/** Nothing of an earlier tenant of that id is left, so its placements are counted anew. */
const FIRST_GENERATION = 1;

/**
 * Writes the tenant into the registry with the placement its tier means. Throws `TenantExists` or `TenantNotOwned` when
 * the id is taken; nothing has been made then.
 */
export const handler = step({
  name: 'register-tenant',
  input: stepInput.extend({
    tier: z.string(),
    owner: z.string(),
    correlationId: z.string(),
    displayName: z.string().optional(),
    contactEmail: z.string().optional(),
    startedAt: z.string(),
  }),
  output: z.object({ placement, generation: z.int().positive() }),
  async run({ startedAt, ...input }) {
    const { placement } = findTier(input.tier);
    await registerTenant(table(), {
      ...input,
      placement,
      generation: FIRST_GENERATION,
      state: 'ONBOARDING',
      createdAt: startedAt,
      updatedAt: startedAt,
    });
    return { placement, generation: FIRST_GENERATION };
  },
});
