import { CatalogueError } from '../../tenancy/errors.ts';
import { type Comparison, isSame, type KindCount } from '../../tenancy/transfer/compare.ts';

/** Objects that are named in a message. */
const NAMED = 20;

/**
 * Source and target have the same. Returns how many of each kind.
 * @throws TransferIncomplete with the objects that are missing, differ (and in which fields), or are not in the source any more.
 */
export function expectSame(comparison: Comparison): Readonly<Record<string, KindCount>> {
  if (isSame(comparison)) return comparison.counts;
  const { missing, different, extra } = comparison;
  const all = [
    ...missing.map((object) => `${object} is missing`),
    ...different.map(({ object, paths }) => `${object} differs in ${paths.slice(0, 5).join(', ')}`),
    ...extra.map((object) => `${object} is not in the source any more`),
  ];
  const more = all.length > NAMED ? [`and ${all.length - NAMED} more`] : [];
  throw new CatalogueError('TransferIncomplete', `In the target ${[...all.slice(0, NAMED), ...more].join('; ')}.`);
}
