import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { tenantId } from './tenant-id.ts';

/** A tenant is to be suspended, for example because it does not pay. */
export const tenantSuspensionRequested = defineEvent({
  name: 'TenantSuspensionRequested',
  version: 1,
  direction: 'in',
  description: 'Suspend the tenant: its access goes, its workloads stop, its data stays.',
  data: z.object({
    tenantId,
    reason: z.string().min(1).max(256).optional().describe('For people; TenantSuspended repeats it.'),
  }),
  example: {
    metadata: { id: '0193301a-2c4e-7d11-8a60-3f6d7c1b9e55', version: 1, occurredAt: '2026-11-22T10:14:58.000Z' },
    data: { tenantId: 'acme', reason: 'invoice 4711 is overdue' },
  },
});
