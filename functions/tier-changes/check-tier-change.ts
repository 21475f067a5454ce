import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { countOf, refusalText } from '../../tenancy/tier-changes/obstacles.ts';
import { getTenant } from '../operations/tenant-registry.ts';
import { step, stepInput } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { type PreflightWorld, preflight } from './preflight.ts';
import { type PreflightRequest, preflightRequest, type Tiers } from './preflight-request.ts';
import { installedTiers, installedWorld } from './preflight-world.ts';

/**
 * Passes if nothing stands in the way of the change. Reads only. Returns how many things a person should look at when the objects have
 * been transferred. Throws `TierChangeRefused` with every obstacle, and what `preflight` throws.
 */
export async function checkTierChange(world: PreflightWorld, request: PreflightRequest, tiers: Tiers): Promise<number> {
  const { obstacles, findings } = await preflight(world, request, tiers);
  if (countOf(obstacles) > 0)
    throw new CatalogueError('TierChangeRefused', refusalText(request.tenantId, request.to, obstacles));
  return findings.length;
}

/**
 * Whether it is the tier that the tenant has: then a change in place is one that failed and goes back. What the tenant has come to use
 * meanwhile cannot hold that up; Kubernetes leaves what is there beyond a quota.
 */
export async function hasTier(registry: Table, tenantId: string, tier: string): Promise<boolean> {
  return (await getTenant(registry, tenantId))?.tier === tier;
}

/** Step of move-placement and adjust-placement, before anything is touched. */
export const handler = step({
  name: 'check-tier-change',
  input: stepInput.extend({ correlationId: z.string().optional(), ...preflightRequest.shape }),
  output: z.object({ findings: z.int().min(0) }),
  async run(request, { logger }) {
    const { tenantId, how, to } = request;
    if (how === 'in-place' && (await hasTier(table(), tenantId, to.tier))) return { findings: 0 };
    const findings = await checkTierChange(installedWorld(), request, installedTiers(request));
    logger.info('nothing stands in the way', { how, generation: to.generation, findings });
    return { findings };
  },
});
