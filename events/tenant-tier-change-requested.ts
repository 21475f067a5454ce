import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { tenantId } from './tenant-id.ts';

/** A customer bought another tier. */
export const tenantTierChangeRequested = defineEvent({
  name: 'TenantTierChangeRequested',
  version: 1,
  direction: 'in',
  description:
    'Move the tenant to another tier: a new placement beside the old one, or other numbers in the same. Naming the tier it has applies what the configuration says today.',
  data: z.object({
    tenantId,
    tier: z.string().min(1).max(64),
    proposalId: z.string().min(1).max(128).optional().describe('The TenantTierChangeProposed that this accepts.'),
    reason: z.string().min(1).max(500).optional().describe('For people.'),
  }),
  example: {
    metadata: {
      id: '0193301a-2c4e-7d11-8a60-3f6d7c1b9e55',
      version: 1,
      occurredAt: '2026-11-22T10:14:58.000Z',
      correlationId: 'offer-20261122-0007',
    },
    data: { tenantId: 'acme', tier: 'standard', reason: 'order 4711' },
  },
});
