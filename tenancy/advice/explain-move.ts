import type { Placement } from '../../events/placement.ts';
import { assess } from './advise.ts';
import type { Exclusion } from './exclusions.ts';
import { figures as defaultFigures, type Figures } from './figures.ts';
import { type Requirements, requirements as schema, type Workload } from './requirements.ts';
import { DIMENSIONS, type Dimension, type Reason } from './score.ts';

/** What a move from one placement to another changes for a tenant. */
export interface MoveExplanation {
  readonly from: string;
  readonly to: string;
  /** Score of the new placement less that of the old one, and what made the difference. */
  readonly scores: Readonly<
    Record<Dimension, { before: number; after: number; difference: number; reasons: readonly Reason[] }>
  >;
  /** US dollars per month; only components that change. */
  readonly price: {
    readonly before: number;
    readonly after: number;
    readonly difference: number;
    readonly components: readonly { name: string; difference: number }[];
  };
  /** Facts against the new placement, should there be any. */
  readonly exclusions: readonly Exclusion[];
  /** One or two sentences for people. */
  readonly text: string;
}

/**
 * Explains a move by the same scores and prices that rank placements. `usage` is what the tenant was measured to use: it
 * takes the place of the assumed workload. The requirements default to those of a product that says nothing.
 */
export function explainMove(
  from: Placement,
  to: Placement,
  usage: Partial<Workload> = {},
  requirements: Requirements = schema.parse({}),
  figures: Figures = defaultFigures,
): MoveExplanation {
  const needs = { ...requirements, workload: { ...requirements.workload, ...usage } };
  const before = assess(from, needs, figures);
  const after = assess(to, needs, figures);
  const scoreOf = (dimension: Dimension) => {
    const [old, new_] = [before.scores[dimension], after.scores[dimension]];
    const reasons = differences(old.reasons, new_.reasons);
    return { before: old.value, after: new_.value, difference: new_.value - old.value, reasons };
  };
  const components = after.price.components
    .map(({ name, usd }) => ({
      name,
      difference: usd - (before.price.components.find((c) => c.name === name)?.usd ?? 0),
    }))
    .filter(({ difference }) => Math.abs(difference) >= 0.005)
    .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
  const price = {
    before: before.price.usd,
    after: after.price.usd,
    difference: after.price.usd - before.price.usd,
    components,
  };
  const scores = {
    isolation: scoreOf('isolation'),
    cost: scoreOf('cost'),
    complexity: scoreOf('complexity'),
    scalability: scoreOf('scalability'),
  };
  const text = sentence(before.name, after.name, scores, price);
  return { from: before.name, to: after.name, scores, price, exclusions: after.exclusions, text };
}

/** Reasons of one side only, those of the old one with the opposite sign: they add up to the difference of the scores. */
function differences(before: readonly Reason[], after: readonly Reason[]): Reason[] {
  const unlike = (reasons: readonly Reason[]) => (one: Reason) =>
    !reasons.some(({ reason, points }) => reason === one.reason && points === one.points);
  return [
    ...before.filter(unlike(after)).map(({ points, reason }) => ({ points: -points, reason: `no longer: ${reason}` })),
    ...after.filter(unlike(before)),
  ];
}

function sentence(
  from: string,
  to: string,
  scores: MoveExplanation['scores'],
  price: MoveExplanation['price'],
): string {
  const changed = DIMENSIONS.filter((dimension) => Math.abs(scores[dimension].difference) >= 0.5).map(
    (dimension) => `${dimension} ${Math.round(scores[dimension].before)} -> ${Math.round(scores[dimension].after)}`,
  );
  const parts = price.components.slice(0, 3).map(({ name, difference }) => `${name} ${dollars(difference)}`);
  const what = parts.length > 0 ? ` (${parts.join(', ')})` : '';
  if (from === to) return `The placement stays ${to}; its price stays $${price.after.toFixed(2)} a month.`;
  return `${to} instead of ${from}: ${dollars(price.difference)} a month${what}. Of 100 points: ${changed.join(', ')}.`;
}

const dollars = (usd: number) => `${usd < 0 ? '-' : '+'}$${Math.abs(usd).toFixed(2)}`;
