import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { countOf, refusalText } from '../../tenancy/tier-changes/obstacles.ts';
import { step, stepInput } from '../runtime/step.ts';
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

/** Step of change-tier, before anything is touched. */
export const handler = step({
  name: 'check-tier-change',
  input: stepInput.extend({ correlationId: z.string(), ...preflightRequest.shape }),
  output: z.object({ findings: z.int().min(0) }),
  async run({ tenantId, how, from, to }, { logger }) {
    const request = { tenantId, how, from, to };
    const findings = await checkTierChange(installedWorld(), request, installedTiers(request));
    logger.info('nothing stands in the way', { how, generation: to.generation, findings });
    return { findings };
  },
});
