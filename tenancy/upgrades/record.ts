import type { Placement } from '../../events/placement.ts';
import type { Tenant } from '../tenant.ts';
import type { Decision } from './evaluate.ts';
import type { UpgradeState } from './state.ts';

/** A decision as it is kept, with the numbers it was made from. Times in ISO 8601. */
export interface DecisionRecord {
  readonly decisionId: string;
  readonly kind: 'propose' | 'start';
  readonly from: string;
  readonly to: string;
  readonly rule: string;
  readonly evidence: Made['evidence'];
  readonly explanation: string;
  readonly fromPlacement: Placement;
  readonly toPlacement: Placement;
  readonly monthlyPriceDifferenceUsd: number;
  readonly decidedAt: string;
  /** The tenant's operation at that time. */
  readonly operationId: string;
  /** Until when a proposal can be answered. */
  readonly expiresAt?: string;
}

type Made = Extract<Decision, { from: string }>;

/**
 * What the registry's record of a tenant holds about automatic tier changes: a part of it, so that one conditional write can
 * decide and exclude everything that must not happen at the same time.
 */
export interface UpgradeRecord extends Omit<UpgradeState, 'operationRunning'> {
  /** Counts the changes of this record. */
  readonly revision: number;
  /** The operation that the tenant had last when this was written. */
  readonly operationId: string;
  /** What was decided last: should the change be taken back, it counts as declined. */
  readonly last?: Pick<DecisionRecord, 'from' | 'to' | 'evidence'>;
  /** Decided, but not known to have been said on the bus. */
  readonly unsent?: DecisionRecord;
}

/** A tenant, with what is known for automatic tier changes. */
export type RatedTenant = Tenant & { readonly upgrades?: UpgradeRecord };

/** `acme-standard-20261122T110000Z`: one per tenant and second, which the cool-down makes unique. */
export function decisionId(tenantId: string, to: string, now: number): string {
  return `${tenantId}-${to}-${new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')}`;
}

/**
 * The record after an operation of the tenant, or the first one. Whatever changed the tenant, the cool-down counts from the
 * end of it; a change of tier answers the proposal, and one that was taken back counts as declined. The same record when there
 * was no operation since.
 */
export function settled(tenant: RatedTenant): UpgradeRecord {
  const { upgrades: before, tier, operation, operationId } = tenant;
  if (before?.operationId === operationId && before.tier === tier) return before;
  const updatedAt = Date.parse(tenant.updatedAt);
  const revision = (before?.revision ?? 0) + 1;
  if (!before) return { tier, settledAt: updatedAt, operationId, revision };
  const { last } = before;
  const takenBack = operation === 'reverse-tier-change' && last?.from === tier;
  const declined = takenBack ? { declined: { to: last.to, evidence: last.evidence } } : {};
  const settledAt = Math.max(before.settledAt, updatedAt);
  if (before.tier === tier) return { ...before, ...declined, settledAt, operationId, revision };
  return { tier, settledAt, ...declined, ...(last && { last }), operationId, revision };
}

/** Whether a decision that was not said on the bus must not be said any more: the tenant is not as it was judged. */
export function overtaken(decision: DecisionRecord, tenant: Tenant, now: number): boolean {
  if (decision.from !== tenant.tier) return true;
  if (decision.kind === 'start') return decision.operationId !== tenant.operationId;
  return decision.expiresAt !== undefined && now >= Date.parse(decision.expiresAt);
}
