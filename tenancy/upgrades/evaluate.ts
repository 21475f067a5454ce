import { periodMilliseconds, type UpgradesConfig } from './config.ts';
import { explainDecision } from './explain-decision.ts';
import { type Direction, type Evidence, type Question, tooLarge, tooSmall } from './judge-tier.ts';
import { proposalDeclined, type UpgradeState } from './state.ts';
import type { UsageHistory } from './usage.ts';

/** Why nothing is to be done. */
export type Idle =
  | 'not-on-ladder'
  | 'operation-running'
  | 'proposal-open'
  | 'cool-down'
  | 'within-thresholds'
  | 'out-of-bounds'
  | 'rules-disagree'
  | 'declined';

/** What the rules make of a tenant's usage, with the numbers it was made from. */
export type Decision =
  | { kind: 'none'; tier: string; reason: Idle; evidence: readonly Evidence[]; explanation: string }
  | {
      kind: 'propose' | 'start';
      from: string;
      to: string;
      /** The first rule that called for it. */
      rule: string;
      evidence: readonly Evidence[];
      explanation: string;
    };

/**
 * Decides from usage whether a tenant should change its tier. Pure and total: the same input gives the same decision.
 *
 * It never flaps: nothing is decided while an operation runs, while a proposal is open, or within the cool-down; only closed
 * periods count; a tier is chosen only if its own rules would not at once lead on in the same direction (then the tier they
 * lead to is chosen) or back (then it is not chosen). So constant usage takes at most one decision. More usage never leads
 * to a smaller tier. The stricter mode wins: one rule with `propose` makes it a proposal.
 */
export function evaluate(rules: UpgradesConfig, history: UsageHistory, state: UpgradeState, now: number): Decision {
  const none = (reason: Idle, evidence: readonly Evidence[] = []): Decision => ({
    kind: 'none',
    tier: state.tier,
    reason,
    evidence,
    explanation: explainDecision(rules, { kind: 'none', reason, tier: state.tier, evidence }),
  });
  const settled = expire(rules, state, now);
  const waiting = mustWait(rules, settled, now);
  if (waiting) return none(waiting);
  const ask = questions(rules, history, settled, now);

  const up = tooSmall(ask(state.tier, 'certain'));
  const evidence = up.length > 0 ? up : tooLarge(ask(state.tier, 'certain'));
  const direction: Direction = up.length > 0 ? 'up' : 'down';
  if (evidence.length === 0) return none('within-thresholds');

  const path = follow(rules, state, direction, ask);
  if (path.tiers.length === 0) return none('out-of-bounds', evidence);
  const target = path.tiers.findLast((tier) => opposed(direction, ask(tier, 'available')).length === 0);
  if (!target) return none('rules-disagree', evidence);
  if (wasDeclined(rules, settled, target, evidence)) return none('declined', evidence);
  const all = [...evidence, ...path.evidence.filter(({ tier }) => between(rules, direction, tier, target))];
  const kind = all.some(({ mode }) => mode === 'propose') ? 'propose' : 'start';
  const move = { from: state.tier, to: target, evidence: all };
  return { kind, ...move, rule: evidence[0]?.rule ?? '', explanation: explainDecision(rules, { kind, ...move }) };
}

type Ask = (tier: string, demand: Question['demand']) => Question;

function questions(rules: UpgradesConfig, history: UsageHistory, state: UpgradeState, now: number): Ask {
  const length = periodMilliseconds(rules.period);
  // The period that contains `now` is still being measured: only those before it count.
  const lastStart = (Math.floor(now / length) - 1) * length;
  return (tier, demand) => ({
    tier,
    rules: rules.tiers[tier] ?? [],
    history,
    lastStart,
    demand,
    since: state.settledAt,
  });
}

function mustWait(rules: UpgradesConfig, state: UpgradeState, now: number): Idle | undefined {
  if (!rules.ladder.includes(state.tier)) return 'not-on-ladder';
  if (state.operationRunning) return 'operation-running';
  if (state.proposal) return 'proposal-open';
  if (now < state.settledAt + rules.coolDownHours * 3_600_000) return 'cool-down';
  return undefined;
}

/** The state with a proposal that nobody answered in time declined, as of the day it ran out. */
export function expire(rules: UpgradesConfig, state: UpgradeState, now: number): UpgradeState {
  if (!state.proposal) return state;
  const end = state.proposal.at + rules.proposalDays * 86_400_000;
  return now >= end ? proposalDeclined(state, end) : state;
}

/**
 * The tiers that one may go to in that direction, nearest first, up to the first whose rules do not lead on. A tier that
 * may not be entered is passed only if its own rules lead on: nobody is moved further than usage asks for.
 */
function follow(rules: UpgradesConfig, state: UpgradeState, direction: Direction, ask: Ask) {
  const tiers: string[] = [];
  const evidence: Evidence[] = [];
  const onwards = direction === 'up' ? tooSmall : tooLarge;
  for (const tier of ladderFrom(rules, state.tier, direction)) {
    if (allowed(rules, state, tier)) tiers.push(tier);
    const further = onwards(ask(tier, 'available'));
    if (further.length === 0) break;
    evidence.push(...further);
  }
  return { tiers, evidence };
}

const opposed = (direction: Direction, question: Question) =>
  direction === 'up' ? tooLarge(question) : tooSmall(question);

function ladderFrom({ ladder }: UpgradesConfig, tier: string, direction: Direction): string[] {
  const rank = ladder.indexOf(tier);
  return direction === 'up' ? ladder.slice(rank + 1) : ladder.slice(0, rank).reverse();
}

function allowed(rules: UpgradesConfig, state: UpgradeState, to: string): boolean {
  const rank = (tier: string) => rules.ladder.indexOf(tier);
  const within = (floor?: string, ceiling?: string) =>
    (floor === undefined || rank(to) >= rank(floor)) && (ceiling === undefined || rank(to) <= rank(ceiling));
  const listed = rules.moves?.some((move) => move.from === state.tier && move.to === to) ?? true;
  return listed && within(rules.floor, rules.ceiling) && within(state.floor, state.ceiling);
}

/** Whether rules of `tier` led on to `target`: it lies before it. */
function between({ ladder }: UpgradesConfig, direction: Direction, tier: string, target: string): boolean {
  const distance = ladder.indexOf(target) - ladder.indexOf(tier);
  return direction === 'up' ? distance > 0 : distance < 0;
}

/** A declined target is proposed again only when a rule is new or its last value moved on by the hysteresis. */
function wasDeclined(rules: UpgradesConfig, state: UpgradeState, to: string, evidence: readonly Evidence[]): boolean {
  const { declined } = state;
  if (declined?.to !== to) return false;
  return evidence.every((now) => {
    const then = declined.evidence.find(({ tier, rule }) => tier === now.tier && rule === now.rule);
    const before = then?.values.at(-1);
    const value = now.values.at(-1);
    if (before === undefined || value === undefined) return false;
    return now.direction === 'up' ? value <= before * (1 + rules.hysteresis) : value >= before * (1 - rules.hysteresis);
  });
}
