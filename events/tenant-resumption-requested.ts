import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { tenantId } from './tenant-id.ts';

/** A suspended tenant is to run again. */
export const tenantResumptionRequested = defineEvent({
  name: 'TenantResumptionRequested',
  version: 1,
  direction: 'in',
  description: 'Resume the suspended tenant: access, workloads and network as they were.',
  data: z.object({ tenantId }),
  example: {
    metadata: { id: '01933021-7be0-7a94-b1d3-92f5c1aa07e4', version: 1, occurredAt: '2026-11-22T10:22:00.000Z' },
    data: { tenantId: 'acme' },
  },
});
