import { periodMilliseconds, type UpgradesConfig, upgradesConfig } from '../config.ts';
import { type Decision, evaluate } from '../evaluate.ts';
import { changeStarted, proposed, tierChanged, type UpgradeState } from '../state.ts';
import { addReport, emptyHistory, type UsageHistory } from '../usage.ts';

export const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

/** Rules of four tiers on one level (cpu) and one amount (requests). */
export function exampleRules(changes: Record<string, unknown> = {}): UpgradesConfig {
  const cpu = (above: number | undefined, below: number | undefined, mode = 'auto') => ({
    name: 'cpu-busy',
    meter: 'cpu',
    statistic: 'p95',
    windowPeriods: 6,
    sustainedPeriods: 3,
    ...(above !== undefined && { up: { above, mode } }),
    ...(below !== undefined && { down: { below, mode } }),
  });
  return upgradesConfig.parse({
    ladder: ['basic', 'standard', 'premium', 'enterprise'],
    coolDownHours: 24,
    tiers: {
      basic: [cpu(2, undefined)],
      standard: [cpu(8, 1)],
      premium: [cpu(32, 5)],
      enterprise: [cpu(undefined, 20)],
    },
    ...changes,
  });
}

export const newTenant = (tier = 'basic'): UpgradeState => ({ tier, settledAt: START, operationRunning: false });

export interface Made {
  at: number;
  decision: Extract<Decision, { from: string }>;
}

/**
 * Lets a tenant live: one report a period, an evaluation after each, changes that take `changeHours`. `usage[i]` is what period
 * i measured; undefined is a gap. Returns the decisions, in order.
 */
export function live(
  rules: UpgradesConfig,
  usage: readonly (Record<string, number> | undefined)[],
  { state = newTenant(), changeHours = 2 }: { state?: UpgradeState; changeHours?: number } = {},
): { decisions: Made[]; state: UpgradeState; history: UsageHistory } {
  const length = periodMilliseconds(rules.period);
  const decisions: Made[] = [];
  let history = emptyHistory(length, rules.keepPeriods);
  let change: { to: string; endsAt: number } | undefined;
  for (const [index, meters] of usage.entries()) {
    const now = START + (index + 1) * length;
    if (meters) history = addReport(history, { reportId: `report-${index}`, measuredAt: now - length / 2, meters });
    if (change && now >= change.endsAt) {
      state = tierChanged(state, change.to, now);
      change = undefined;
    }
    const decision = evaluate(rules, history, state, now);
    if (decision.kind === 'none') continue;
    decisions.push({ at: now, decision });
    if (decision.kind === 'propose') state = proposed(state, decision.to, decision.evidence, now);
    else {
      state = changeStarted(state, now);
      change = { to: decision.to, endsAt: now + changeHours * HOUR };
    }
  }
  return { decisions, state, history };
}
