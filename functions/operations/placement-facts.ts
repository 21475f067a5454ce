import { z } from 'zod';

/** What acquire-placement returns: where the tenant lives. */
export const placementFacts = z.object({
  accountId: z.string(),
  roleArn: z.string(),
  cluster: z.object({ name: z.string(), arn: z.string() }),
  namespace: z.string(),
  isolation: z.object({ cases: z.number() }),
});

export type PlacementFacts = z.infer<typeof placementFacts>;
