import type { Placement } from '../events/placement.ts';
import { type ResourceKind, resourceKinds } from './steps.ts';

/**
 * A resource that an operation plans, has, or has removed. `PLANNED` is written before the call that makes it, so what
 * a crash or a lost response leaves behind is known by its deterministic name.
 */
export interface LedgerEntry {
  tenantId: string;
  kind: ResourceKind;
  /** The placement it belongs to. An account of the tenant's own stays the same through all of them. */
  generation: number;
  /** Deterministic: the same tenant and placement give the same name. */
  name: string;
  state: 'PLANNED' | 'CREATED' | 'DELETED';
  /** The operation that planned it. */
  operationId: string;
  /** What later steps and the release need: ARNs, ids, the cluster it is in. */
  attributes: Record<string, string>;
  updatedAt: string;
}

/** The order of release: newest kind first, `PLANNED` ones too (they are in doubt), `DELETED` ones not. */
export function releaseOrder(entries: readonly LedgerEntry[]): LedgerEntry[] {
  return entries
    .filter((entry) => entry.state !== 'DELETED')
    .sort((a, b) => resourceKinds.indexOf(b.kind) - resourceKinds.indexOf(a.kind) || b.name.localeCompare(a.name));
}

/**
 * Sort key of an entry: the ledger lists in the order of making. Two placements may have a place in the same shared cluster;
 * an account is the tenant's, not a placement's.
 */
export function ledgerKey(kind: ResourceKind, name: string, generation: number): string {
  const key = `${resourceKinds.indexOf(kind)}#${kind}#${name}`;
  return kind === 'account' || generation === 1 ? key : `${key}#${generation}`;
}

/**
 * What the release of one placement removes while the tenant goes on in another: everything of it, but an account
 * only if the other is of another kind. The entry of an account is named after its kind.
 */
export function entriesOfPlacement(
  entries: readonly LedgerEntry[],
  generation: number,
  survivor: Pick<Placement, 'account'>,
): LedgerEntry[] {
  return entries.filter((entry) =>
    entry.kind === 'account' ? entry.name !== survivor.account : entry.generation === generation,
  );
}
