import type { UpgradesConfig } from './config.ts';
import type { Idle } from './evaluate.ts';
import type { Evidence } from './judge-tier.ts';

type Outcome =
  | { kind: 'none'; reason: Idle; tier: string; evidence: readonly Evidence[] }
  | { kind: 'propose' | 'start'; from: string; to: string; evidence: readonly Evidence[] };

/** One sentence for people: what was measured, and what follows from it. */
export function explainDecision(rules: UpgradesConfig, outcome: Outcome): string {
  const measured = outcome.evidence.map((evidence) => measurement(rules, evidence)).join('; ');
  if (outcome.kind !== 'none') {
    const act = outcome.kind === 'propose' ? 'proposed' : 'started';
    return `${measured}: the change from ${outcome.from} to ${outcome.to} is ${act}.`;
  }
  const sentence = REASONS[outcome.reason](outcome.tier);
  return measured ? `${measured}, but ${sentence}` : sentence.replace(/^./, (letter) => letter.toUpperCase());
}

function measurement({ period }: UpgradesConfig, evidence: Evidence): string {
  const { statistic, meter, windowPeriods, values, direction, threshold, tier, rule } = evidence;
  const beyond = direction === 'up' ? 'above' : 'below';
  return (
    `${statistic} of ${meter} over ${count(windowPeriods, period)} was ${beyond} ${threshold} for ` +
    `${count(values.length, period)} (last ${round(values.at(-1) ?? 0)}; rule ${rule} of ${tier})`
  );
}

const REASONS: Record<Idle, (tier: string) => string> = {
  'not-on-ladder': (tier) => `the tier ${tier} is not on the ladder of automatic changes.`,
  'operation-running': () => 'an operation of the tenant runs.',
  'proposal-open': () => 'a proposal waits for an answer.',
  'cool-down': () => 'the cool-down after the last change or decision is not over.',
  'within-thresholds': (tier) => `usage fits the tier ${tier}, or too little of it was measured.`,
  'out-of-bounds': () => 'floor, ceiling or the allowed moves leave no tier to go to.',
  'rules-disagree': () => 'the rules of the tiers it leads to would lead back.',
  declined: () => 'this change was declined, and usage has not moved on since.',
};

const count = (periods: number, period: string) => `${periods} ${period}${periods === 1 ? '' : 's'}`;
const round = (value: number) => Number(value.toPrecision(4));
