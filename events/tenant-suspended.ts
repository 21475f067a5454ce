import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { exampleMetadata, exampleOperation, operationFacts } from './operation-facts.ts';

/** What was stopped, and what was not. */
export const suspension = z.object({
  workloads: z.int().min(0).describe('Workloads that were scaled to zero or suspended.'),
  leftRunning: z
    .array(z.string())
    .describe('Pods that nothing would start again, as namespace/name: they run on, without access and network.'),
});

/** Access is off, workloads are at zero, the network is closed. */
export const tenantSuspended = defineEvent({
  name: 'TenantSuspended',
  version: 1,
  direction: 'out',
  description: 'The tenant is suspended: access off, workloads at zero, network closed, data kept.',
  data: z.object({ ...operationFacts, reason: z.string().optional(), ...suspension.shape }),
  example: {
    metadata: exampleMetadata('1f0a7a52-9a1e-5f2b-8c31-7b0de4f6a9c1'),
    data: { ...exampleOperation('suspend-tenant'), reason: 'invoice 4711 is overdue', workloads: 4, leftRunning: [] },
  },
});
