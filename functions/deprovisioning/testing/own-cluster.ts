import type { LedgerEntry } from '../../../tenancy/ledger.ts';

/** A released cluster of the tenant's own, in account 2…, as the ledger has it. */
export function ownCluster(name: string, changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    kind: 'cluster',
    name,
    tenantId: 'acme',
    generation: 1,
    state: 'DELETED',
    operationId: 'onboarding-1',
    attributes: { own: 'true', accountId: '222222222222' },
    updatedAt: '2026-11-22T00:00:00.000Z',
    ...changes,
  };
}
