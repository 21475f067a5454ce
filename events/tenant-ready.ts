import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { placementFacts } from './placement-facts.ts';
import { tenantId } from './tenant-id.ts';

/** The tenant's place exists and its isolation was proven. */
export const tenantReady = defineEvent({
  name: 'TenantReady',
  version: 1,
  direction: 'out',
  description: "The tenant's place exists, and its isolation was proven with its own credentials.",
  data: z.object({
    tenantId,
    tier: z.string(),
    ...placementFacts,
    operationId: z.string().describe('The operation that made it ready.'),
    executionArn: z.string().describe('The Step Functions execution of that operation.'),
    isolation: z.object({
      cases: z.int().positive().describe('Hostile requests tried and refused for the intended reason.'),
    }),
  }),
  example: {
    metadata: {
      id: '0b6f4a1e-3f0c-5d53-8d39-6d2c1d3a7f55',
      version: 1,
      occurredAt: '2026-11-22T09:30:41.512Z',
      correlationId: 'order-20261122-0042',
      causationId: '01932f7c-6b1e-7c39-9d1c-0d9d7d9e4a10',
    },
    data: {
      tenantId: 'acme',
      tier: 'basic',
      placement: { account: 'pooled', workspace: 'namespace' },
      operationId: '01932f7c-6b1e-7c39-9d1c-0d9d7d9e4a10',
      executionArn: 'arn:aws:states:us-east-1:111111111111:execution:tenantry-onboard-tenant:acme-1f2e3d4c5b6a7988',
      accountId: '111111111111',
      roleArn: 'arn:aws:iam::111111111111:role/tenantry/tenants/tenantry-tenant-acme',
      cluster: { name: 'shared-1', arn: 'arn:aws:eks:us-east-1:111111111111:cluster/shared-1' },
      namespace: 'tenant-acme',
      isolation: { cases: 32 },
    },
  },
});
