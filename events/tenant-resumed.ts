import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { exampleMetadata, exampleOperation, operationFacts } from './operation-facts.ts';

/** The tenant is as it was before its suspension, or before a deletion that was cancelled. */
export const tenantResumed = defineEvent({
  name: 'TenantResumed',
  version: 1,
  direction: 'out',
  description: 'The tenant is as it was before its suspension, or before a deletion that was cancelled.',
  data: z.object({
    ...operationFacts,
    state: z
      .enum(['READY', 'SUSPENDED', 'INTERRUPTED'])
      .describe('The state it is in: a tenant that was suspended before its deletion was asked for still is.'),
    cancelledBy: z.string().optional().describe('metadata.id of the event that cancelled the deletion.'),
  }),
  example: {
    metadata: exampleMetadata('40cb27f3-2f60-5dd5-92b8-52b84f0ae55d'),
    data: { ...exampleOperation('resume-tenant'), state: 'READY' },
  },
});
