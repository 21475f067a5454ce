import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { tenantId } from './tenant-id.ts';

/** A customer signed up: give the tenant its place to live. */
export const tenantCreated = defineEvent({
  name: 'TenantCreated',
  version: 1,
  direction: 'in',
  description: 'A customer signed up: Tenantry gives the tenant its place to live.',
  data: z.object({
    tenantId,
    tier: z.string().min(1).max(32).describe('Name of a tier of the configuration, such as basic.'),
    displayName: z.string().min(1).max(128).optional().describe('Name of the customer, for people.'),
    contactEmail: z.email().max(254).optional().describe('Who is told about budgets.'),
  }),
  example: {
    metadata: {
      id: '01932f7c-6b1e-7c39-9d1c-0d9d7d9e4a10',
      version: 1,
      occurredAt: '2026-11-22T09:30:00.000Z',
      correlationId: 'order-20261122-0042',
    },
    data: { tenantId: 'acme', tier: 'basic', displayName: 'Acme Tooling GmbH', contactEmail: 'cloud@acme.example' },
  },
});
