import type { Placement } from '../../events/placement.ts';
import { type Exclusion, exclusions } from './exclusions.ts';
import { figures as defaultFigures, type Figures } from './figures.ts';
import { isWeaker, PLACEMENTS, placementName } from './placements.ts';
import { type MonthlyPrice, monthlyPrice } from './price.ts';
import type { Requirements } from './requirements.ts';
import {
  DIMENSIONS,
  type Dimension,
  dimensionWeights,
  isolationDemand,
  type Score,
  type Scores,
  scoresOf,
} from './score.ts';

/** What is said about one placement. */
export interface Assessment {
  readonly placement: Placement;
  readonly name: string;
  /** 0 to 100: the scores by their weights. */
  readonly total: number;
  readonly scores: Scores;
  /** Per tenant, at the number of tenants in a year. */
  readonly price: MonthlyPrice;
  /** Per tenant, at today's number of tenants. */
  readonly priceTodayUsd: number;
  readonly withinBudget: boolean;
  /** Not empty: it cannot serve the requirements. */
  readonly exclusions: readonly Exclusion[];
}

export interface Advice {
  /** Best first: what fits the budget, then what does not, by total; then what is excluded, by the number of facts against it. */
  readonly ranking: readonly Assessment[];
  /** The first that is not excluded. */
  readonly recommended: Assessment | undefined;
  /** How much isolation is asked for, and by what. */
  readonly demand: Score;
  readonly weights: Readonly<Record<Dimension, number>>;
}

/** Assesses one placement. */
export function assess(
  placement: Placement,
  requirements: Requirements,
  figures: Figures = defaultFigures,
): Assessment {
  const price = monthlyPrice(placement, requirements, figures);
  const scores = scoresOf(placement, requirements, price, figures);
  const weights = dimensionWeights(requirements, figures);
  const all = DIMENSIONS.reduce((sum, dimension) => sum + weights[dimension], 0);
  return {
    placement,
    name: placementName(placement),
    total: DIMENSIONS.reduce((sum, dimension) => sum + weights[dimension] * scores[dimension].value, 0) / all,
    scores,
    price,
    priceTodayUsd: monthlyPrice(placement, requirements, figures, requirements.tenants).usd,
    withinBudget: price.usd <= requirements.monthlyBudgetUsd,
    exclusions: exclusions(placement, requirements, figures),
  };
}

/** Ranks the six placements. The same input gives the same advice; asking for more isolation never ranks a weaker one higher. */
export function advise(requirements: Requirements, figures: Figures = defaultFigures): Advice {
  const ranking = PLACEMENTS.map((placement) => assess(placement, requirements, figures)).sort(byRank);
  return {
    ranking,
    recommended: ranking.find(({ exclusions }) => exclusions.length === 0),
    demand: isolationDemand(requirements, figures),
    weights: dimensionWeights(requirements, figures),
  };
}

function byRank(a: Assessment, b: Assessment): number {
  const group = ({ exclusions, withinBudget }: Assessment) => (exclusions.length > 0 ? 2 : withinBudget ? 0 : 1);
  const tie = isWeaker(a.placement, b.placement) ? 1 : -1;
  // Among those that are excluded, what fewer facts speak against is nearer to serving.
  const against = a.exclusions.length - b.exclusions.length;
  return group(a) - group(b) || against || b.total - a.total || tie;
}
