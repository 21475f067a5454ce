import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { tenantId } from './tenant-id.ts';

/** The customer stays after all. */
export const tenantDeletionCancelled = defineEvent({
  name: 'TenantDeletionCancelled',
  version: 1,
  direction: 'in',
  description: 'Take the deletion back, at any moment of its grace period: the tenant is as it was before.',
  data: z.object({ tenantId }),
  example: {
    metadata: { id: '01933044-90c2-7f0b-a3d5-6c1f0e2b7a18', version: 1, occurredAt: '2026-11-24T08:00:00.000Z' },
    data: { tenantId: 'acme' },
  },
});
