import type { UpgradeRule } from './config.ts';

/**
 * Values that one decision can be made from, over all rules: it is recorded with them and sent with them, and an event has room
 * for 256 KiB. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
 */
const VALUES_PER_DECISION = 2_000;

interface Rules {
  ladder: readonly string[];
  keepPeriods: number;
  hysteresis: number;
  floor?: string;
  ceiling?: string;
  moves?: readonly { from: string; to: string }[];
  tiers: Record<string, readonly UpgradeRule[]>;
}

/** A contradiction in the rules, at a path of the configuration. */
export interface RuleProblem {
  path: (string | number)[];
  message: string;
}

/**
 * What rules must satisfy together, so that the same usage never moves a tenant twice:
 * - every tier that is named is on the ladder, once; the floor is not above the ceiling;
 * - where a move and its continuation are allowed, the move to the end is too: otherwise one level of usage takes two changes;
 * - the threshold down of a tier lies below its own threshold up and that of the next smaller tier (same meter and statistic) by
 *   the hysteresis;
 * - windows fit into what is kept, and all the numbers that a decision can be made from into one event.
 */
export function checkRules(rules: Rules): RuleProblem[] {
  return [
    ...checkLadder(rules),
    ...checkMoves(rules),
    ...checkTiers(rules),
    ...checkValues(rules),
    ...checkHysteresis(rules),
  ];
}

function checkValues({ tiers }: Rules): RuleProblem[] {
  const all = Object.values(tiers).flat();
  const values = all.reduce((total, { sustainedPeriods }) => total + sustainedPeriods, 0);
  if (values <= VALUES_PER_DECISION) return [];
  const message = `have ${values} sustained periods together; a decision carries at most ${VALUES_PER_DECISION} numbers`;
  return [{ path: ['tiers'], message }];
}

function checkLadder({ ladder, floor, ceiling }: Rules): RuleProblem[] {
  const problems: RuleProblem[] = ladder.flatMap((tier, index) =>
    ladder.indexOf(tier) === index ? [] : [{ path: ['ladder', index], message: `names "${tier}" twice` }],
  );
  if (floor !== undefined && !ladder.includes(floor))
    problems.push({ path: ['floor'], message: 'is not on the ladder' });
  if (ceiling !== undefined && !ladder.includes(ceiling))
    problems.push({ path: ['ceiling'], message: 'is not on the ladder' });
  if (problems.length === 0 && floor && ceiling && ladder.indexOf(floor) > ladder.indexOf(ceiling))
    problems.push({ path: ['floor'], message: `is above the ceiling "${ceiling}"` });
  return problems;
}

function checkMoves({ ladder, moves = [] }: Rules): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const rank = (tier: string) => ladder.indexOf(tier);
  const allowed = (from: string, to: string) => moves.some((move) => move.from === from && move.to === to);
  for (const [index, { from, to }] of moves.entries()) {
    const path = ['moves', index];
    if (rank(from) < 0 || rank(to) < 0) problems.push({ path, message: 'names a tier that is not on the ladder' });
    else if (from === to) problems.push({ path, message: 'leads nowhere' });
    for (const next of moves) {
      if (next.from !== to || Math.sign(rank(next.to) - rank(to)) !== Math.sign(rank(to) - rank(from))) continue;
      if (!allowed(from, next.to))
        problems.push({
          path,
          message: `goes on to "${next.to}": allow ${from} -> ${next.to} too, or usage takes two changes`,
        });
    }
  }
  return problems;
}

function checkTiers({ ladder, keepPeriods, tiers }: Rules): RuleProblem[] {
  return Object.entries(tiers).flatMap(([tier, rules]) => {
    const problems: RuleProblem[] = [];
    if (!ladder.includes(tier)) problems.push({ path: ['tiers', tier], message: 'is not on the ladder' });
    for (const [index, rule] of rules.entries()) {
      const path = ['tiers', tier, index];
      if (rules.findIndex(({ name }) => name === rule.name) !== index)
        problems.push({ path: [...path, 'name'], message: `"${rule.name}" is taken by another rule of the tier` });
      if (!rule.up && !rule.down) problems.push({ path, message: 'has neither "up" nor "down"' });
      if (rule.windowPeriods + rule.sustainedPeriods - 1 > keepPeriods)
        problems.push({
          path: [...path, 'windowPeriods'],
          message: `reaches beyond the ${keepPeriods} periods that are kept`,
        });
    }
    return problems;
  });
}

function checkHysteresis({ ladder, hysteresis, tiers }: Rules): RuleProblem[] {
  const problems: RuleProblem[] = [];
  for (const [rank, smaller] of ladder.entries())
    for (const larger of ladder.slice(rank, rank + 2))
      for (const up of tiers[smaller] ?? [])
        for (const [index, down] of (tiers[larger] ?? []).entries()) {
          if (!up.up || !down.down || up.meter !== down.meter || up.statistic !== down.statistic) continue;
          const highest = perWindow(up.up.above, up, down) * (1 - hysteresis);
          if (down.down.below > highest)
            problems.push({
              path: ['tiers', larger, index, 'down', 'below'],
              message: `must be at most ${Number(highest.toPrecision(6))}: "${up.name}" of ${smaller} goes up above ${up.up.above}, and the hysteresis is ${hysteresis}`,
            });
        }
  return problems;
}

/** A sum's threshold, in the window of another rule. */
function perWindow(threshold: number, from: UpgradeRule, to: UpgradeRule): number {
  return from.statistic === 'sum' ? (threshold / from.windowPeriods) * to.windowPeriods : threshold;
}
