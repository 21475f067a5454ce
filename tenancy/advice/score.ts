import type { Placement } from '../../events/placement.ts';
import type { Figures, Weights } from './figures.ts';
import { fleetOf } from './fleet.ts';
import { limitsOf } from './limits.ts';
import type { MonthlyPrice } from './price.ts';
import type { Requirements } from './requirements.ts';

export const DIMENSIONS = ['isolation', 'cost', 'complexity', 'scalability'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** What gave or took points. */
export interface Reason {
  readonly points: number;
  readonly reason: string;
}

/** 0 (worst) to 100 (best; for complexity: simplest). The value is the sum of the reasons' points. */
export interface Score {
  readonly value: number;
  readonly reasons: readonly Reason[];
}

export type Scores = Readonly<Record<Dimension, Score>>;

/** The scores of a placement on all dimensions. Only its price, the requirements and the figures count. */
export function scoresOf(
  placement: Placement,
  requirements: Requirements,
  price: MonthlyPrice,
  { weights }: Figures,
): Scores {
  return {
    isolation: isolation(placement, weights),
    cost: cost(price, requirements),
    complexity: complexity(placement, requirements, weights),
    scalability: scalability(placement, requirements, weights),
  };
}

/** How much isolation is asked for, 0 to 100, and by what. */
export function isolationDemand(requirements: Requirements, { weights }: Figures): Score {
  const { noisyNeighbours, workloads } = requirements;
  const reasons: Reason[] = [
    weights.demand.noisyNeighbours[noisyNeighbours],
    weights.demand.workloads[workloads],
    ...new Set(requirements.compliance),
  ]
    .map((part) => {
      if (typeof part !== 'string') return { points: part.points, reason: part.reason };
      const { demand, title } = weights.regimes[part];
      return { points: demand, reason: title };
    })
    .filter(({ points }) => points > 0);
  return bounded(reasons);
}

/** What each dimension weighs; isolation weighs more the more of it is asked for. */
export function dimensionWeights(requirements: Requirements, figures: Figures): Record<Dimension, number> {
  const { dimensions, isolationPerDemand } = figures.weights;
  const demand = isolationDemand(requirements, figures).value;
  return {
    isolation: dimensions.isolation.weight + demand * isolationPerDemand.value,
    cost: dimensions.cost.weight,
    complexity: dimensions.complexity.weight,
    scalability: dimensions.scalability.weight,
  };
}

function isolation({ account, workspace }: Placement, { isolation: worth }: Weights): Score {
  const parts = [
    worth.base,
    ...(workspace === 'namespace' ? [] : [worth[workspace]]),
    ...(account === 'dedicated' ? [worth.dedicated] : []),
  ];
  return bounded(parts.map(({ points, reason }) => ({ points, reason })));
}

/** 100 for what costs nothing, 50 for what costs the budget, towards 0 for what costs many times as much. */
function cost({ usd, components }: MonthlyPrice, { monthlyBudgetUsd }: Requirements): Score {
  const perDollar = 100 / (monthlyBudgetUsd + usd);
  const reasons = components
    .filter((component) => component.usd > 0)
    .sort((a, b) => b.usd - a.usd)
    .map((component) => ({ points: -component.usd * perDollar, reason: `${component.name}: ${component.how}` }));
  return bounded([{ points: 100, reason: `at no cost, against a budget of $${monthlyBudgetUsd}` }, ...reasons]);
}

function complexity(placement: Placement, requirements: Requirements, { complexity: worth }: Weights): Score {
  const { account, workspace } = placement;
  const { tenantsInAYear, teamSize } = requirements;
  const { clusters } = fleetOf(placement, requirements, tenantsInAYear);
  const reasons: Reason[] = [{ points: 100, reason: 'namespaces in shared clusters and accounts' }];
  const add = ({ points, reason }: Reason) => reasons.push({ points, reason });
  if (workspace !== 'namespace') add(worth[workspace]);
  if (account === 'dedicated') add(worth.dedicated);
  const load = (things: number, perEngineer: number, what: string) => {
    const ratio = things / teamSize / perEngineer;
    if (ratio <= 1) return;
    const points = -worth.overload.value * Math.min(1, ratio - 1);
    add({ points, reason: `${things} ${what} for ${teamSize} engineers; ${perEngineer} each are bearable` });
  };
  load(clusters, worth.perEngineer.clusters.value, 'clusters');
  if (workspace === 'vcluster') load(tenantsInAYear, worth.perEngineer.vclusters.value, 'virtual clusters');
  if (account === 'dedicated') load(tenantsInAYear, worth.perEngineer.accounts.value, 'accounts');
  return bounded(reasons);
}

function scalability(placement: Placement, requirements: Requirements, { scalability: worth }: Weights): Score {
  const reasons: Reason[] = [{ points: 100, reason: 'tenants are added within a minute' }];
  if (placement.workspace !== 'namespace') reasons.push(plain(worth[placement.workspace]));
  if (placement.account === 'dedicated') reasons.push(plain(worth.dedicated));
  const nearest = limitsOf(placement, requirements)
    // A quota that is raised on request holds up half as much as one that is not.
    .map((limit) => ({ ...limit, weight: Math.min(1, limit.used / limit.limit) * (limit.adjustable ? 0.5 : 1) }))
    .reduce((a, b) => (b.weight > a.weight ? b : a));
  const beyond = nearest.used > nearest.limit ? ': ask for more first' : '';
  reasons.push({
    points: -worth.limitShare.value * nearest.weight,
    reason: `${nearest.name}: ${nearest.used} of ${nearest.limit}${nearest.adjustable ? ' (adjustable)' : ''}${beyond}`,
  });
  return bounded(reasons);
}

const plain = ({ points, reason }: Reason): Reason => ({ points, reason });

/** Keeps the sum within 0 and 100, with a reason of its own where that takes something. */
function bounded(reasons: readonly Reason[]): Score {
  const sum = reasons.reduce((total, { points }) => total + points, 0);
  if (sum > 100)
    return { value: 100, reasons: [...reasons, { points: 100 - sum, reason: 'more than 100 does not count' }] };
  if (sum < 0) return { value: 0, reasons: [...reasons, { points: -sum, reason: 'less than 0 does not count' }] };
  return { value: sum, reasons };
}
