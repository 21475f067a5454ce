import type { Placement } from '../../events/placement.ts';
import type { Obstacle } from '../transfer/obstacles.ts';

/** Objects that a refusal names; of more it says how many. */
export const NAMED = 20;

/** Everything that stands in the way of a change of tier, by what it is about; each in words that say what to do. */
export interface Obstacles {
  /** What is in use beyond the new quota. */
  readonly quota: readonly string[];
  /** Objects of the tenant that the new tier or place does not allow. */
  readonly objects: readonly Obstacle[];
  /** Room in clusters, accounts, clusters per region. */
  readonly capacity: readonly string[];
  /** Names that somebody else has. */
  readonly names: readonly string[];
}

/** How many there are. */
export function countOf({ quota, objects, capacity, names }: Obstacles): number {
  return quota.length + objects.length + capacity.length + names.length;
}

/** All of them in words; of objects the first {@link NAMED}. */
export function obstacleTexts({ quota, objects, capacity, names }: Obstacles): string[] {
  const named = objects.slice(0, NAMED).map(({ object, why }) => `${object}: ${why}`);
  const more = objects.length > NAMED ? [`and ${objects.length - NAMED} more objects`] : [];
  return [...quota, ...named, ...more, ...capacity, ...names];
}

/** What a refusal says. */
export function refusalText(
  tenantId: string,
  to: { readonly tier: string; readonly placement: Placement },
  obstacles: Obstacles,
): string {
  const count = countOf(obstacles);
  const what = count === 1 ? '1 obstacle' : `${count} obstacles`;
  const place = `${to.placement.account} account, ${to.placement.workspace}`;
  return `"${tenantId}" cannot change to the tier "${to.tier}" (${place}), ${what}: ${obstacleTexts(obstacles).join('; ')}.`;
}
