import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { exampleMetadata, exampleOperation, operationFacts } from './operation-facts.ts';

/** The tenant is suspended and waits for the end of its grace period. */
export const tenantDeletionScheduled = defineEvent({
  name: 'TenantDeletionScheduled',
  version: 1,
  direction: 'out',
  description:
    'The tenant is suspended; it is deprovisioned when its grace period ends, unless TenantDeletionCancelled comes before.',
  data: z.object({ ...operationFacts, graceEndsAt: z.iso.datetime({ offset: true }) }),
  example: {
    metadata: exampleMetadata('6a2f1c44-0a57-5f7e-a1c9-8e4f3d2b1c60'),
    data: { ...exampleOperation('deprovision-tenant'), graceEndsAt: '2026-12-22T10:15:00.000Z' },
  },
});
