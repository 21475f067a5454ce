import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { exampleMetadata, exampleOperation, failureFacts, operationFacts } from './operation-facts.ts';

/** The tenant stays where it was, or the change stopped halfway. */
export const tenantTierChangeFailed = defineEvent({
  name: 'TenantTierChangeFailed',
  version: 1,
  direction: 'out',
  description: 'The tenant could not be moved; outcome says how it was left.',
  data: z.object({
    ...operationFacts,
    requestedTier: z.string(),
    ...failureFacts,
    outcome: z
      .enum(['unchanged', 'stopped'])
      .describe(
        'The tenant is exactly as it was before the request; or the change, or the release of the placement that it left, stopped halfway and a redrive goes on.',
      ),
  }),
  example: {
    metadata: exampleMetadata('f3a0b1c2-1d5e-5f40-9b6a-0c1d2e3f4a5b'),
    data: {
      ...exampleOperation('change-tier'),
      requestedTier: 'standard',
      step: 'AcquirePlacement',
      error: 'NoClusterCapacity',
      message: 'No shared cluster has room: shared-1 (2500).',
      retryable: false,
      outcome: 'unchanged',
    },
  },
});
