import { z } from 'zod';
import { defineEvent } from './define-event.ts';

/** An event was not accepted: nothing was touched, the original is in the dead-letter queue. */
export const tenantEventRejected = defineEvent({
  name: 'TenantEventRejected',
  version: 1,
  direction: 'out',
  description: 'An event was not accepted. Nothing was touched; the original is kept in the queue of rejected events.',
  data: z.object({
    rejected: z.object({
      detailType: z.string(),
      source: z.string(),
      eventBridgeId: z.string().describe('Id EventBridge gave the rejected event.'),
      id: z.string().optional().describe('Its metadata.id, if it had a readable one.'),
      tenantId: z.string().optional().describe('Its tenant id as sent (at most 256 characters), if it had one.'),
    }),
    reasons: z
      .array(
        z.object({
          field: z.string().describe('Path of the field, such as data.tenantId; empty for the event as a whole.'),
          code: z.enum([
            'unknown-type',
            'unknown-version',
            'invalid',
            'too-large',
            'unknown-tier',
            'tenant-exists',
            'not-owner',
            'unknown-tenant',
            'wrong-state',
            'protected',
            'id-retired',
            'superseded',
            'nothing-to-reverse',
          ]),
          message: z.string(),
        }),
      )
      .min(1),
  }),
  example: {
    metadata: {
      id: '7d1c9e50-5f0e-5d43-a2a1-6f1d1a4b8c3f',
      version: 1,
      occurredAt: '2026-11-22T09:30:00.210Z',
      causationId: '01932f7c-6b1e-7c39-9d1c-0d9d7d9e4a10',
    },
    data: {
      rejected: {
        detailType: 'TenantCreated',
        source: 'saas.signup',
        eventBridgeId: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
        id: '01932f7c-6b1e-7c39-9d1c-0d9d7d9e4a10',
        tenantId: '../etc',
      },
      reasons: [
        { field: 'data.tenantId', code: 'invalid', message: 'must be lower-case letters, digits and single hyphens' },
      ],
    },
  },
});
