import { z } from 'zod';

/** What acquire-placement returns: where the tenant lives. */
export const placementFacts = z.object({
  accountId: z.string(),
  roleArn: z.string(),
  cluster: z.object({ name: z.string(), arn: z.string(), accountId: z.string() }),
  namespace: z.string(),
  virtualCluster: z.object({ name: z.string(), server: z.string() }).optional(),
  isolation: z.object({ cases: z.number() }),
});

export type PlacementFacts = z.infer<typeof placementFacts>;
