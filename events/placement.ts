import { z } from 'zod';

/** Where a tenant lives: the AWS layer and the Kubernetes layer, decided together. */
export const placement = z.object({
  account: z.enum(['pooled', 'dedicated']).describe('An account shared with other tenants, or its own.'),
  workspace: z
    .enum(['namespace', 'vcluster', 'cluster'])
    .describe('A namespace or virtual cluster in a shared cluster, or a cluster of its own.'),
});

export type Placement = z.infer<typeof placement>;
