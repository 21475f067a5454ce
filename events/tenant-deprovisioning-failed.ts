import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { exampleMetadata, exampleOperation, failureFacts, operationFacts } from './operation-facts.ts';

/** Deprovisioning stopped halfway. */
export const tenantDeprovisioningFailed = defineEvent({
  name: 'TenantDeprovisioningFailed',
  version: 1,
  direction: 'out',
  description: 'Deprovisioning stopped halfway. A redrive of the execution goes on where it failed.',
  data: z.object({
    ...operationFacts,
    state: z
      .enum(['DELETION_PENDING', 'DEPROVISIONING', 'DEPROVISIONED'])
      .describe('DELETION_PENDING: nothing has been released. DEPROVISIONED: all is gone, only that was not said.'),
    ...failureFacts,
  }),
  example: {
    metadata: exampleMetadata('2c5d7e9f-1a3b-5c4d-9e6f-7a8b9c0d1e2f'),
    data: {
      ...exampleOperation('deprovision-tenant'),
      state: 'DEPROVISIONING',
      step: 'ReleaseFoundation',
      error: 'StackFailed',
      message: 'The stack tenantry-foundation-acme could not be deleted: TenantRole has policies that are not ours.',
      retryable: false,
    },
  },
});
