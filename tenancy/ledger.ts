import { type ResourceKind, resourceKinds } from './steps.ts';

/**
 * A resource that an operation plans, has, or has removed. `PLANNED` is written before the call that makes it, so what
 * a crash or a lost response leaves behind is known by its deterministic name.
 */
export interface LedgerEntry {
  tenantId: string;
  kind: ResourceKind;
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

/** Sort key of an entry: the ledger lists in the order of making. */
export function ledgerKey(kind: ResourceKind, name: string): string {
  return `${resourceKinds.indexOf(kind)}#${kind}#${name}`;
}
