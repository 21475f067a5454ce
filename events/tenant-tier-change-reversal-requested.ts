import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { tenantId } from './tenant-id.ts';

/** The product wants the old placement back. */
export const tenantTierChangeReversalRequested = defineEvent({
  name: 'TenantTierChangeReversalRequested',
  version: 1,
  direction: 'in',
  description:
    'Take the last cut-over back, while the old placement is kept: the tenant lives there again as it was left, and the new placement is released.',
  data: z.object({ tenantId, reason: z.string().min(1).max(500).optional().describe('For people.') }),
  example: {
    metadata: {
      id: '0193301a-2c4e-7d11-8a60-3f6d7c1b9e55',
      version: 1,
      occurredAt: '2026-11-22T10:14:58.000Z',
      correlationId: 'offer-20261122-0007',
    },
    data: { tenantId: 'acme', reason: 'the new place is too slow' },
  },
});
