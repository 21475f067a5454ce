import type { LedgerEntry } from '../../tenancy/ledger.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { ensureClusterAccess } from '../clusters/ensure-cluster-access.ts';
import { releaseClusterAccess } from '../clusters/release-cluster-access.ts';
import type { Eks } from '../kubernetes/eks-account.ts';
import { createLedger, readLedger } from '../operations/ledger-store.ts';
import type { Table } from '../runtime/table.ts';

interface Operation {
  tenantId: string;
  operationId: string;
}

/** A place of the tenant in a cluster, as the ledger knows it. */
export interface Workplace {
  clusterName: string;
  accountId: string;
  /** Which of the tenant's placements it belongs to. */
  generation: number;
  /** Whether it is a virtual cluster. */
  virtual: boolean;
}

/** The clusters that the tenant's workspaces are in. */
export function workplaces(ledger: readonly LedgerEntry[]): Workplace[] {
  return ledger.flatMap(({ kind, state, generation, attributes }) => {
    const { clusterName, clusterAccountId: accountId, workspace } = attributes ?? {};
    if (kind !== 'workspace' || state === 'DELETED' || !clusterName || !accountId) return [];
    return [{ clusterName, accountId, generation, virtual: workspace === 'vcluster' }];
  });
}

/** Ensures that neither the tenant's people nor its pods are known in any cluster. The ledger says so. */
export async function revokeAccess(
  table: Table,
  eksOf: (accountId: string) => Eks,
  operation: Operation,
): Promise<void> {
  const { tenantId } = operation;
  for (const { kind, name, state, generation, attributes } of await readLedger(table, tenantId)) {
    if (kind !== 'cluster-access' || state === 'DELETED') continue;
    const { accountId = '', roleArn = '', namespace = '' } = attributes;
    await releaseClusterAccess(eksOf(accountId), createLedger(table, { ...operation, generation }), {
      tenantId,
      clusterName: name,
      roleArn,
      namespace,
    });
  }
}

/** Ensures that the tenant is known again in the clusters that its workspaces are in, as it was. */
export async function restoreAccess(
  table: Table,
  eksOf: (accountId: string) => Eks,
  operation: Operation,
  { tier, placement: { account }, previous }: Pick<Tenant, 'tier' | 'placement' | 'previous'>,
  bridgeRoleArn: string,
): Promise<void> {
  const ledger = await readLedger(table, operation.tenantId);
  const places = workplaces(ledger);
  for (const { kind, name, generation, attributes } of ledger) {
    const place = places.find((each) => each.clusterName === name && each.generation === generation);
    if (kind !== 'cluster-access' || !place) continue;
    const { accountId = '', roleArn = '', clusterArn = '' } = attributes;
    await ensureClusterAccess(eksOf(accountId), createLedger(table, { ...operation, generation }), {
      ...operation,
      generation,
      tier: generation === previous?.generation ? previous.tier : tier,
      // A placement that the last change of tier left may be of another kind.
      placement: { account, workspace: place.virtual ? 'vcluster' : 'namespace' },
      // The role is in the account that the tenant lives in.
      accountId: roleArn.split(':')[4] ?? '',
      roleArn,
      cluster: { name, arn: clusterArn, accountId },
      bridgeRoleArn,
    });
  }
}
