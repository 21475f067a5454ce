import { expect } from 'vitest';
import { CatalogueError } from '../../../tenancy/errors.ts';
import { checkTierChange } from '../check-tier-change.ts';
import type { PreflightWorld } from '../preflight.ts';
import type { PreflightRequest, Tiers } from '../preflight-request.ts';

/** The words with which the pre-flight refuses; one that does not refuse fails the test. */
export async function refusal(world: PreflightWorld, request: PreflightRequest, both: Tiers): Promise<string> {
  const error = await checkTierChange(world, request, both).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CatalogueError);
  expect((error as CatalogueError).name).toBe('TierChangeRefused');
  return (error as CatalogueError).message;
}
