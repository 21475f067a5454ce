import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { tenantId } from './tenant-id.ts';

/** A customer left. */
export const tenantDeletionRequested = defineEvent({
  name: 'TenantDeletionRequested',
  version: 1,
  direction: 'in',
  description:
    'Take the tenant down: it is suspended at once and, after the grace period of its tier, exported and released.',
  data: z.object({
    tenantId,
    immediate: z.boolean().optional().describe('Without a grace period: nothing can be taken back.'),
    reason: z.string().min(1).max(256).optional().describe('For people.'),
  }),
  example: {
    metadata: {
      id: '0193301a-2c4e-7d11-8a60-3f6d7c1b9e55',
      version: 1,
      occurredAt: '2026-11-22T10:14:58.000Z',
      correlationId: 'offer-20261122-0007',
    },
    data: { tenantId: 'acme', reason: 'contract ended' },
  },
});
