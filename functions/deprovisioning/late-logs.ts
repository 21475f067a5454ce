import type { LedgerEntry } from '../../tenancy/ledger.ts';
import { removeControlPlaneLogs } from '../clusters/control-plane-logs.ts';
import type { Systems } from './looks.ts';

/**
 * Ensures that nothing is left of what the control planes of released clusters wrote at last: EKS delivers it for some minutes after the
 * cluster is gone, into a group that it makes anew. Clusters that are not released keep their logs.
 * https://github.com/terraform-aws-modules/terraform-aws-eks/issues/2763
 */
export async function removeLateLogs(
  { logs, platformAccountId }: Pick<Systems, 'logs' | 'platformAccountId'>,
  ledger: readonly LedgerEntry[],
): Promise<void> {
  for (const { kind, state, name, attributes } of ledger) {
    if (kind !== 'cluster' || state !== 'DELETED' || !attributes?.['own']) continue;
    await removeControlPlaneLogs(logs(attributes['accountId'] ?? platformAccountId), name);
  }
}
