import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { tenantId } from './tenant-id.ts';

/** Most meters of one report: what is kept per tenant stays small. */
export const METERS_PER_REPORT = 16;

/** Name of a meter: the rules of the configuration refer to it. */
export const meterName = z
  .string()
  .regex(
    /^[a-z][a-z0-9.-]{0,31}$/,
    'must be 1 to 32 lower-case letters, digits, dots and hyphens and begin with a letter',
  );

/** A product backend measured what a tenant uses. */
export const tenantUsageReported = defineEvent({
  name: 'TenantUsageReported',
  version: 1,
  direction: 'in',
  description:
    'A product backend measured what a tenant uses: the rules of automatic tier changes are evaluated from these numbers.',
  data: z.object({
    tenantId,
    measuredAt: z.iso
      .datetime({ offset: true })
      .describe(
        'When it was measured, ISO 8601 with offset; decides the period that it counts for, however late it arrives.',
      ),
    meters: z
      .record(meterName, z.number().min(0).max(1e15))
      .refine((meters) => Object.keys(meters).length > 0, 'must name at least one meter')
      .refine((meters) => Object.keys(meters).length <= METERS_PER_REPORT, `at most ${METERS_PER_REPORT} meters`)
      .describe(
        'Meter -> number, such as cpu (cores), memory (GiB), storage (GiB), requests, seats. Levels are judged by max, average or p95, amounts by sum.',
      ),
  }),
  example: {
    metadata: {
      id: '01932f80-1f7a-7a55-8c36-5d0f8d3d7a21',
      version: 1,
      occurredAt: '2026-11-22T10:00:04.000Z',
    },
    data: {
      tenantId: 'acme',
      measuredAt: '2026-11-22T10:00:00.000Z',
      meters: { cpu: 1.4, memory: 2.9, storage: 11, requests: 48_210, seats: 34 },
    },
  },
});
