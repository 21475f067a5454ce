import { z } from 'zod';
import type { Tier } from '../../tenancy/config.ts';
import type { NumberedPlacement } from '../../tenancy/tenant.ts';
import type { HowItChanges } from '../../tenancy/tier-changes/config.ts';
import type { VclusterSettings } from '../../tenancy/vcluster/settings.ts';
import type { Made } from './placements.ts';
import { madePlacement, numberedPlacement } from './placements.ts';

/** A change of tier that is looked at before anything is touched. */
export interface PreflightRequest {
  readonly tenantId: string;
  readonly how: HowItChanges;
  readonly from: Made;
  readonly to: NumberedPlacement;
  /** A placement that an earlier change left. Where the tenant moves, it is released before the new one is acquired. */
  readonly kept?: { readonly generation: number } | undefined;
}

/** As the workflow and the command line say it. */
export const preflightRequest = z.object({
  tenantId: z.string(),
  how: z.enum(['in-place', 'moved']),
  from: madePlacement,
  to: numberedPlacement,
  kept: z.object({ generation: z.int().positive() }).optional(),
}) satisfies z.ZodType<PreflightRequest>;

/** What the configuration says about both tiers. */
export interface Tiers {
  readonly old: Tier;
  readonly wanted: Tier;
  readonly vclusters: VclusterSettings;
}
