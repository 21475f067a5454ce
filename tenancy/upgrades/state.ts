import type { Evidence } from './judge-tier.ts';

/** What is known of a tenant besides its usage, when rules are evaluated. Times are milliseconds since 1970. */
export interface UpgradeState {
  readonly tier: string;
  /** When the tenant got its tier, or when something was last decided or answered: the cool-down counts from here. */
  readonly settledAt: number;
  /** Whether an operation of the tenant runs or waits. */
  readonly operationRunning: boolean;
  /** The proposal that waits for an answer. */
  readonly proposal?: { readonly to: string; readonly at: number; readonly evidence: readonly Evidence[] };
  /** What was declined last: it is not proposed again until usage has moved on by the hysteresis. */
  readonly declined?: { readonly to: string; readonly evidence: readonly Evidence[] };
  /** Bounds of this tenant, such as a contract's; they narrow those of the rules. */
  readonly floor?: string;
  readonly ceiling?: string;
}

/** After the tenant got a tier, by whatever way. What was declined in the old one no longer matters. */
export function tierChanged(state: UpgradeState, tier: string, now: number): UpgradeState {
  const { proposal: _answered, declined: _stale, ...rest } = state;
  return { ...rest, tier, settledAt: now, operationRunning: false };
}

/** After the decision to start a change: the operation runs. */
export function changeStarted(state: UpgradeState, now: number): UpgradeState {
  return { ...state, settledAt: now, operationRunning: true };
}

/** After a proposal was sent. */
export function proposed(state: UpgradeState, to: string, evidence: readonly Evidence[], now: number): UpgradeState {
  return { ...state, settledAt: now, proposal: { to, at: now, evidence } };
}

/** After a proposal was declined, or nobody answered in time; the same state if none is open. */
export function proposalDeclined(state: UpgradeState, now: number): UpgradeState {
  const { proposal, ...rest } = state;
  if (!proposal) return state;
  return { ...rest, settledAt: now, declined: { to: proposal.to, evidence: proposal.evidence } };
}
