import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { exampleMetadata, exampleOperation, operationFacts } from './operation-facts.ts';

/** How far a change of tier is. */
export const tenantTierChangeProgressed = defineEvent({
  name: 'TenantTierChangeProgressed',
  version: 1,
  direction: 'out',
  description: 'How far a change of tier is. For people to follow it; nothing depends on it.',
  data: z.object({
    ...operationFacts,
    phase: z
      .enum(['transferred', 'released'])
      .describe(
        'All Kubernetes objects, what runs too, are in the new placement and were compared; the placement that was left is gone.',
      ),
    generation: z.int().positive().describe('The placement that this is about.'),
    objects: z.int().min(0).optional().describe('Kubernetes objects that were transferred.'),
  }),
  example: {
    metadata: exampleMetadata('2d1c0b9a-8f7e-5d6c-8b5a-4f3e2d1c0b9a'),
    data: { ...exampleOperation('change-tier'), phase: 'transferred', generation: 2, objects: 12 },
  },
});
