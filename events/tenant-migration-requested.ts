import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { exampleMetadata, exampleOperation, operationFacts } from './operation-facts.ts';
import { examplePlacements, numberedPlacement } from './placement-facts.ts';

/** The product is asked to move its own data of the tenant. */
export const tenantMigrationRequested = defineEvent({
  name: 'TenantMigrationRequested',
  version: 1,
  direction: 'out',
  description:
    'The product is asked to move volumes and application data from the old to the new placement. Its other Kubernetes objects are there; what runs (workloads, Jobs, CronJobs, pods) is made there after the answer. It answers with SendTaskSuccess; SendTaskFailure, or no answer in time, ends the change and leaves the tenant where it was. SendTaskHeartbeat says that it is still at work.',
  data: z.object({
    ...operationFacts,
    from: numberedPlacement,
    to: numberedPlacement,
    volumes: z
      .array(z.object({ namespace: z.string(), claim: z.string(), storage: z.string() }))
      .describe('Claims whose data is not transferred: they are new and empty in the new placement.'),
    taskToken: z.string().describe('For SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat of Step Functions.'),
    answerBefore: z.iso.datetime({ offset: true }),
  }),
  example: {
    metadata: exampleMetadata('c8b7a6d5-4e3f-5a2b-9c1d-0e9f8a7b6c5d'),
    data: {
      ...exampleOperation('change-tier'),
      ...examplePlacements,
      volumes: [{ namespace: 'tenant-acme', claim: 'data-db-0', storage: '10Gi' }],
      taskToken: 'AQCEAAAAKgAAAAMAAAAAAAAAAWexampletoken',
      answerBefore: '2026-11-23T10:15:00.000Z',
    },
  },
});
