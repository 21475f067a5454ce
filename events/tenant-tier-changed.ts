import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { exampleMetadata, exampleOperation, operationFacts } from './operation-facts.ts';
import { examplePlacements, numberedPlacement } from './placement-facts.ts';

/** The cut-over is made: traffic belongs to the new placement. */
export const tenantTierChanged = defineEvent({
  name: 'TenantTierChanged',
  version: 1,
  direction: 'out',
  description:
    'The tenant lives in another tier. After a move it has both placements until keptUntil: switch the traffic; a TenantTierChangeReversalRequested until then takes it back.',
  data: z.object({
    ...operationFacts,
    how: z
      .enum(['moved', 'in-place', 'taken-back'])
      .describe('Into a new placement; by other numbers in the same one; or back into the one that was left.'),
    from: numberedPlacement,
    to: numberedPlacement,
    transferred: z.int().min(0).optional().describe('Kubernetes objects that were transferred and compared.'),
    keptUntil: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('Until when the placement that was left is kept; without it, there is none.'),
  }),
  example: {
    metadata: exampleMetadata('7a1d52c0-7b0e-5b67-8a39-5d0c2f4e6b18'),
    data: {
      ...exampleOperation('change-tier'),
      tier: 'standard',
      how: 'moved',
      ...examplePlacements,
      transferred: 12,
      keptUntil: '2026-11-25T10:15:00.000Z',
    },
  },
});
