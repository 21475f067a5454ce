import { z } from 'zod';
import { placement } from '../../events/placement.ts';
import type { MadePlacement, NumberedPlacement } from '../../tenancy/tenant.ts';

/** Where a tenant is to live. */
export const numberedPlacement = z.object({
  generation: z.int().positive(),
  tier: z.string(),
  placement,
}) satisfies z.ZodType<NumberedPlacement>;

/** Where a tenant lives or lived. */
export const madePlacement = numberedPlacement.extend({
  accountId: z.string(),
  roleArn: z.string(),
  cluster: z.object({ name: z.string(), arn: z.string(), accountId: z.string() }),
  namespace: z.string(),
  virtualCluster: z.object({ name: z.string(), server: z.string() }).optional(),
});

export type Made = z.infer<typeof madePlacement>;

/** Without the members that are undefined, as the registry keeps it and events say it. */
export function asMade({ virtualCluster, ...made }: Made): MadePlacement {
  return { ...made, ...(virtualCluster && { virtualCluster }) };
}
