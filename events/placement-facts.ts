import { z } from 'zod';
import { placement } from './placement.ts';

/** Where a tenant lives, as events say it. */
export const placementFacts = {
  placement,
  accountId: z
    .string()
    .regex(/^\d{12}$/)
    .describe('AWS account the tenant lives in.'),
  roleArn: z.string().describe("The tenant's IAM role."),
  cluster: z.object({ name: z.string(), arn: z.string() }),
  namespace: z.string().describe('Namespace in that cluster.'),
  virtualCluster: z
    .object({ name: z.string(), server: z.string().describe('URL of its API.') })
    .optional()
    .describe('The virtual cluster in that namespace, where the tenant has one.'),
};

/** One of the placements that a tenant has had, by its number. */
export const numberedPlacement = z.object({
  generation: z.int().positive().describe('Counts the placements that the tenant has had, from 1.'),
  tier: z.string(),
  ...placementFacts,
});

/** Of the examples. */
export const examplePlacements = {
  from: {
    generation: 1,
    tier: 'basic',
    placement: { account: 'pooled' as const, workspace: 'namespace' as const },
    accountId: '111111111111',
    roleArn: 'arn:aws:iam::111111111111:role/tenantry/tenants/tenantry-tenant-acme',
    cluster: { name: 'shared-1', arn: 'arn:aws:eks:us-east-1:111111111111:cluster/shared-1' },
    namespace: 'tenant-acme',
  },
  to: {
    generation: 2,
    tier: 'standard',
    placement: { account: 'pooled' as const, workspace: 'vcluster' as const },
    accountId: '111111111111',
    roleArn: 'arn:aws:iam::111111111111:role/tenantry/tenants/tenantry-tenant-acme--2',
    cluster: { name: 'shared-1', arn: 'arn:aws:eks:us-east-1:111111111111:cluster/shared-1' },
    namespace: 'tenant-acme--2',
    virtualCluster: { name: 'acme', server: 'https://acme.example.com:443' },
  },
};
