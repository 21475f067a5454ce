import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { placement } from './placement.ts';
import { tenantId } from './tenant-id.ts';

/** One rule's part in a decision: the numbers that it was made from. */
const evidence = z.object({
  tier: z.string().describe('Tier whose rule this is.'),
  rule: z.string().describe('Name of the rule in the configuration.'),
  meter: z.string(),
  statistic: z.enum(['max', 'average', 'p95', 'sum']),
  windowPeriods: z.int().positive().describe('Periods that each value covers.'),
  direction: z.enum(['up', 'down']),
  threshold: z.number(),
  values: z
    .array(z.number())
    .min(1)
    .describe('The statistic at the end of each of the sustained periods, oldest first.'),
});

/** Usage calls for another tier, and the rules leave the decision to the product. */
export const tenantTierChangeProposed = defineEvent({
  name: 'TenantTierChangeProposed',
  version: 1,
  direction: 'out',
  description:
    'Usage calls for another tier, and the rules leave the decision to the product. TenantTierChangeRequested accepts it; silence until expiresAt declines it.',
  data: z.object({
    tenantId,
    proposalId: z.string().describe('Names this proposal in an answer.'),
    fromTier: z.string(),
    toTier: z.string(),
    fromPlacement: placement,
    toPlacement: placement,
    rule: z.string().describe('The rule that called for it first.'),
    evidence: z.array(evidence).min(1),
    monthlyPriceDifferenceUsd: z
      .number()
      .describe('Estimated US dollars a month that the tenant costs more (negative: less).'),
    explanation: z.string().describe('For people: what was measured, what would change.'),
    expiresAt: z.iso.datetime({ offset: true }),
  }),
  example: {
    metadata: {
      id: '5c0e5f3b-7f8a-5c1d-9a46-1b6f6c0f9e02',
      version: 1,
      occurredAt: '2026-11-22T11:00:00.000Z',
      causationId: '01932f80-1f7a-7a55-8c36-5d0f8d3d7a21',
    },
    data: {
      tenantId: 'acme',
      proposalId: 'acme-standard-20261122T110000Z',
      fromTier: 'basic',
      toTier: 'standard',
      fromPlacement: { account: 'pooled', workspace: 'namespace' },
      toPlacement: { account: 'pooled', workspace: 'vcluster' },
      rule: 'cpu-busy',
      evidence: [
        {
          tier: 'basic',
          rule: 'cpu-busy',
          meter: 'cpu',
          statistic: 'p95',
          windowPeriods: 24,
          direction: 'up',
          threshold: 1.6,
          values: [1.71, 1.74, 1.78],
        },
      ],
      monthlyPriceDifferenceUsd: 9.4,
      explanation:
        'p95 of cpu over 24 hours was above 1.6 for 3 hours in a row (1.71, 1.74, 1.78): standard instead of basic.',
      expiresAt: '2026-12-06T11:00:00.000Z',
    },
  },
});
