import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { exampleMetadata, exampleOperation, failureFacts, operationFacts } from './operation-facts.ts';

/** Suspending or resuming stopped halfway. */
export const tenantSuspensionFailed = defineEvent({
  name: 'TenantSuspensionFailed',
  version: 1,
  direction: 'out',
  description: 'Suspending or resuming the tenant stopped halfway. A redrive of the execution goes on.',
  data: z.object({ ...operationFacts, wanted: z.enum(['suspended', 'resumed']), ...failureFacts }),
  example: {
    metadata: exampleMetadata('0dd27a0f-bb0c-5ad9-9a84-7f6d4b1fd2c3'),
    data: {
      ...exampleOperation('suspend-tenant'),
      wanted: 'suspended',
      step: 'SuspendWorkspace',
      error: 'ClusterUnreachable',
      message: 'GET https://example.eks.amazonaws.com/api: connect ETIMEDOUT. Check that the cluster is ACTIVE.',
      retryable: true,
    },
  },
});
