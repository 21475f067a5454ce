import { CatalogueError } from '../../tenancy/errors.ts';

/** One thing that a tenant may have, in one system: what to call it, and whether it is there. */
export interface Look {
  readonly what: string;
  exists(): Promise<boolean>;
}

/** What was looked for, and is not there. */
export interface SweepProof {
  checkedAt: string;
  absent: string[];
}

/**
 * Looks for everything that the tenant could have. Throws `ResourcesLeft`, naming all that is there, when anything is;
 * whatever a system throws goes through, since a look that failed proves nothing.
 */
export async function sweep(looks: readonly Look[], now = new Date()): Promise<SweepProof> {
  const found = await Promise.all(looks.map(async ({ what, exists }) => ({ what, there: await exists() })));
  const left = found.filter(({ there }) => there).map(({ what }) => what);
  if (left.length > 0) throw new CatalogueError('ResourcesLeft', `Left of the tenant: ${left.join('; ')}.`);
  return { checkedAt: now.toISOString(), absent: found.map(({ what }) => what) };
}
