import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { exampleMetadata, exampleOperation, operationFacts } from './operation-facts.ts';

/** The product is asked to export its own data of the tenant before the tenant is released. */
export const tenantExportRequested = defineEvent({
  name: 'TenantExportRequested',
  version: 1,
  direction: 'out',
  description:
    'The product is asked to export its own data of the tenant before it is released. It answers with SendTaskSuccess; the output may name where the export is. SendTaskFailure, or no answer in time, stops the deprovisioning before anything is released.',
  data: z.object({
    ...operationFacts,
    taskToken: z.string().describe('For SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat of Step Functions.'),
    answerBefore: z.iso.datetime({ offset: true }),
  }),
  example: {
    metadata: exampleMetadata('b1f0c2aa-77c2-5a0e-9d10-4c2e6f8a1b3d'),
    data: {
      ...exampleOperation('deprovision-tenant'),
      taskToken: 'AQCEAAAAKgAAAAMAAAAAAAAAAWexampletoken',
      answerBefore: '2026-12-23T10:15:00.000Z',
    },
  },
});
