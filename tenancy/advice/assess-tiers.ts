import type { Placement } from '../../events/placement.ts';
import { type Advice, type Assessment, advise, assess } from './advise.ts';
import { figures as defaultFigures, type Figures } from './figures.ts';
import { ACCESS_ENTRIES_PER_CLUSTER } from './fleet.ts';
import { isWeaker, placementName } from './placements.ts';
import { type RequirementsFile, requirementsOf } from './requirements.ts';

/**
 * - `too-weak`: the placement shares more than the requirements admit.
 * - `beyond-limits`: its tenants of a year from now do not fit the limits of AWS.
 * - `over-engineered`: a weaker placement serves them too, ranks higher, and saves enough.
 * - `over-budget`: it serves them, and costs more than the budget; nothing weaker is better.
 * - `fits`.
 */
export type Verdict = 'fits' | 'too-weak' | 'beyond-limits' | 'over-engineered' | 'over-budget';

/** What is said about one tier of a configuration. */
export interface TierAssessment {
  readonly tier: string;
  readonly placement: string;
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  readonly monthlyUsd: number;
  readonly tenants: number;
  /** What to use in its place, and the difference per month (negative: it saves). */
  readonly alternative?: {
    placement: string;
    monthlyUsd: number;
    differencePerTenantUsd: number;
    differenceUsd: number;
  };
}

/** What is said about a set of tiers. */
export interface TiersAssessment {
  readonly verdict: Verdict | 'mixed';
  readonly tiers: readonly TierAssessment[];
  /** About the tiers together: doubles, shared clusters that are too full. */
  readonly remarks: readonly string[];
  /** US dollars a month, all tenants of all tiers, if every alternative were taken (negative: it saves). */
  readonly differenceUsd: number;
}

interface Configured {
  tiers: Record<string, { placement: Placement; monthlyBudgetUsd?: number }>;
  sharedClusters?: readonly { name: string; capacity: number }[];
}

/**
 * Says whether the tiers of a configuration fit what their tenants need. The requirements of a tier are those of the file
 * with its own members on top; the budget, where the file states none, is the tier's.
 */
export function assessTiers(
  config: Configured,
  file: RequirementsFile,
  figures: Figures = defaultFigures,
): TiersAssessment {
  const tiers = Object.entries(config.tiers).map(([name, tier]) => assessTier(name, tier, file, figures));
  const verdicts = new Set(tiers.map(({ verdict }) => verdict));
  const [only] = verdicts;
  return {
    verdict: verdicts.size === 1 && only ? only : 'mixed',
    tiers,
    remarks: [...doubles(config), ...overfull(config)],
    differenceUsd: tiers.reduce((sum, { alternative }) => sum + (alternative?.differenceUsd ?? 0), 0),
  };
}

function assessTier(
  tier: string,
  { placement, monthlyBudgetUsd }: Configured['tiers'][string],
  file: RequirementsFile,
  figures: Figures,
): TierAssessment {
  const requirements = requirementsOf({ ...(monthlyBudgetUsd !== undefined && { monthlyBudgetUsd }), ...file }, tier);
  const mine = assess(placement, requirements, figures);
  const advice = advise(requirements, figures);
  const base = { tier, placement: mine.name, monthlyUsd: mine.price.usd, tenants: requirements.tenantsInAYear };
  const instead = (other: Assessment | undefined) => {
    if (!other) return {};
    const differencePerTenantUsd = other.price.usd - mine.price.usd;
    const differenceUsd = differencePerTenantUsd * requirements.tenantsInAYear;
    return {
      alternative: { placement: other.name, monthlyUsd: other.price.usd, differencePerTenantUsd, differenceUsd },
    };
  };
  if (mine.exclusions.length > 0)
    return {
      ...base,
      verdict: mine.exclusions.some(({ rule }) => rule !== 'limit') ? 'too-weak' : 'beyond-limits',
      reasons: mine.exclusions.map(({ fact }) => fact),
      ...instead(best(advice, (other) => isWeaker(placement, other.placement)) ?? best(advice, () => true)),
    };
  const saved = (other: Assessment) => 1 - other.price.usd / mine.price.usd;
  const enough = figures.weights.overEngineered.value;
  const weaker = best(advice, (other) => isWeaker(other.placement, placement) && saved(other) >= enough);
  if (weaker && advice.ranking.indexOf(weaker) < advice.ranking.findIndex(({ name }) => name === mine.name))
    return {
      ...base,
      verdict: 'over-engineered',
      reasons: [`${weaker.name} serves the same requirements for ${Math.round(saved(weaker) * 100)} % less`],
      ...instead(weaker),
    };
  const over = `$${mine.price.usd.toFixed(2)} a month is more than the budget of $${requirements.monthlyBudgetUsd}`;
  return mine.withinBudget
    ? { ...base, verdict: 'fits', reasons: [] }
    : { ...base, verdict: 'over-budget', reasons: [over] };
}

/** The highest in rank of those asked for that can serve the requirements. */
function best({ ranking }: Advice, among: (assessment: Assessment) => boolean): Assessment | undefined {
  return ranking.find((assessment) => assessment.exclusions.length === 0 && among(assessment));
}

function doubles({ tiers }: Configured): string[] {
  const names = Map.groupBy(Object.entries(tiers), ([, { placement }]) => placementName(placement));
  return [...names].flatMap(([placement, same]) =>
    same.length > 1
      ? [`${same.map(([tier]) => tier).join(' and ')} are both ${placement}: they differ in their numbers only`]
      : [],
  );
}

function overfull({ sharedClusters = [] }: Configured): string[] {
  return sharedClusters
    .filter(({ capacity }) => capacity > ACCESS_ENTRIES_PER_CLUSTER)
    .map(
      ({ name, capacity }) =>
        `the shared cluster ${name} is to take ${capacity} tenants: EKS has ${ACCESS_ENTRIES_PER_CLUSTER} access entries per cluster, fixed`,
    );
}
