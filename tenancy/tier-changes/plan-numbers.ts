import type { WorkspaceNumbers } from '../workspace/numbers.ts';
import { quotaOf } from './use.ts';

/** A number of the quota that is another one afterwards. */
export interface ChangedNumber {
  readonly resource: string;
  readonly from: string;
  readonly to: string;
}

/** What of the quota changes; sums and counts, as quotas name them. */
export function changedNumbers(old: WorkspaceNumbers, wanted: WorkspaceNumbers): ChangedNumber[] {
  const [before, after] = [quotaOf(old), quotaOf(wanted)];
  return Object.entries(after).flatMap(([resource, to]) => {
    const from = before[resource] ?? '0';
    return from === to ? [] : [{ resource, from, to }];
  });
}
