import type { Statistic, UpgradeRule } from './config.ts';
import { windowValue } from './statistic.ts';
import type { UsageHistory } from './usage.ts';

export type Direction = 'up' | 'down';

/** A rule's part in a decision: the numbers it was made from. Recorded with the decision and sent with a proposal. */
export interface Evidence {
  readonly tier: string;
  readonly rule: string;
  readonly meter: string;
  readonly statistic: Statistic;
  readonly windowPeriods: number;
  readonly direction: Direction;
  readonly threshold: number;
  readonly mode: 'auto' | 'propose';
  /** The statistic at the end of each sustained period, oldest first. */
  readonly values: readonly number[];
}

/** What is asked of the rules of a tier. */
export interface Question {
  tier: string;
  rules: readonly UpgradeRule[];
  history: UsageHistory;
  /** Start of the last closed period, milliseconds since 1970. */
  lastStart: number;
  /**
   * - `certain`: every sustained period was measured, its window is complete, and it lies after `since`. This makes decisions.
   * - `available`: as far as there are numbers. This asks about tiers the tenant is not in: what would their rules say next?
   */
  demand: 'certain' | 'available';
  /** Sustained periods begin here or later, milliseconds since 1970. */
  since: number;
}

/** Rules that say that the tier is too small; one suffices. */
export function tooSmall(question: Question): Evidence[] {
  return question.rules.flatMap((rule) => (rule.up ? holds(question, rule, 'up', rule.up.above, rule.up.mode) : []));
}

/** Rules that say that the tier is too large: all that have a `down`, or none. */
export function tooLarge(question: Question): Evidence[] {
  const rules = question.rules.filter(({ down }) => down);
  const evidence = rules.flatMap((rule) =>
    rule.down ? holds(question, rule, 'down', rule.down.below, rule.down.mode) : [],
  );
  return evidence.length === rules.length ? evidence : [];
}

function holds(
  question: Question,
  rule: UpgradeRule,
  direction: Direction,
  threshold: number,
  mode: Evidence['mode'],
): Evidence[] {
  const values = sustainedValues(question, rule);
  const beyond = (value: number) => (direction === 'up' ? value > threshold : value < threshold);
  if (values.length === 0 || !values.every(beyond)) return [];
  const { name, meter, statistic, windowPeriods } = rule;
  return [{ tier: question.tier, rule: name, meter, statistic, windowPeriods, direction, threshold, mode, values }];
}

/** Values of the sustained periods, oldest first; none when they are not certain although they must be. */
function sustainedValues({ history, lastStart, demand, since }: Question, rule: UpgradeRule): number[] {
  const values: number[] = [];
  for (let age = rule.sustainedPeriods - 1; age >= 0; age--) {
    const end = lastStart - age * history.periodMilliseconds;
    const { value, measuredPeriods, lastMeasured } = windowValue(history, { ...rule, lastStart: end });
    const certain = lastMeasured && measuredPeriods >= rule.completeness * rule.windowPeriods && end >= since;
    if (demand === 'certain' && !certain) return [];
    if (value !== undefined) values.push(value);
  }
  return values;
}
