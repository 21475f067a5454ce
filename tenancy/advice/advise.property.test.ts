import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advise } from './advise.ts';
import { explainMove } from './explain-move.ts';
import { type FigureName, figures, REGIMES } from './figures.ts';
import { isWeaker } from './placements.ts';
import { monthlyPrice } from './price.ts';
import type { Requirements } from './requirements.ts';
import { DIMENSIONS } from './score.ts';
import { anyRequirements, placements } from './testing/arbitraries.ts';

const RUNS = { seed: 20261122, numRuns: 200 };
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** The same requirements with more isolation asked for. */
const demands: fc.Arbitrary<(before: Requirements) => Requirements> = fc.oneof(
  fc.constantFrom(...REGIMES).map((regime) => (before: Requirements) => ({
    ...before,
    compliance: [...new Set([...before.compliance, regime])],
  })),
  fc.constant(
    (before: Requirements) =>
      ({ ...before, noisyNeighbours: before.noisyNeighbours === 'any' ? 'some' : 'none' }) as Requirements,
  ),
  fc.constant(
    (before: Requirements) =>
      ({ ...before, workloads: before.workloads === 'ours' ? 'images' : 'untrusted' }) as Requirements,
  ),
  fc.constant((before: Requirements) => ({ ...before, ownAccount: true })),
  fc.constant((before: Requirements) => ({ ...before, ownNodes: true })),
  fc.constant((before: Requirements) => ({ ...before, ownCustomResources: true })),
  fc.constant((before: Requirements) => ({ ...before, dataResidency: 'enforced' as const })),
);

describe('advice', () => {
  it('is the same for the same requirements, and ranks all six', () => {
    fc.assert(
      fc.property(anyRequirements, (requirements) => {
        const advice = advise(requirements);
        expect(advise(structuredClone(requirements))).toEqual(advice);
        expect(new Set(advice.ranking.map(({ name }) => name)).size).toBe(6);
      }),
      RUNS,
    );
  });

  it('never ranks a weaker placement higher because more isolation is asked for', () => {
    fc.assert(
      fc.property(anyRequirements, demands, (requirements, demand) => {
        const before = advise(requirements).ranking;
        const after = advise(demand(requirements)).ranking;
        const rank = (ranking: typeof before, name: string) => ranking.findIndex((one) => one.name === name);
        for (const weak of before)
          for (const strong of before) {
            if (!isWeaker(weak.placement, strong.placement)) continue;
            if (rank(before, strong.name) < rank(before, weak.name))
              expect(rank(after, strong.name), `${strong.name} before ${weak.name}`).toBeLessThan(
                rank(after, weak.name),
              );
          }
      }),
      RUNS,
    );
  });

  it('never excludes a stronger placement for a demand that a weaker one meets', () => {
    fc.assert(
      fc.property(anyRequirements, (requirements) => {
        const demanded = (exclusions: readonly { rule: string }[]) => exclusions.some(({ rule }) => rule !== 'limit');
        const { ranking } = advise(requirements);
        for (const weak of ranking)
          for (const strong of ranking)
            if (isWeaker(weak.placement, strong.placement) && !demanded(weak.exclusions))
              expect(demanded(strong.exclusions)).toBe(false);
      }),
      RUNS,
    );
  });

  it('recommends nothing that is excluded, and nothing over budget while something fits it', () => {
    fc.assert(
      fc.property(anyRequirements, (requirements) => {
        const { ranking, recommended } = advise(requirements);
        const possible = ranking.filter(({ exclusions }) => exclusions.length === 0);
        expect(recommended).toBe(possible[0]);
        if (possible.some(({ withinBudget }) => withinBudget)) expect(recommended?.withinBudget).toBe(true);
      }),
      RUNS,
    );
  });
});

describe('a score', () => {
  it('is the sum of its reasons, from 0 to 100', () => {
    fc.assert(
      fc.property(anyRequirements, (requirements) => {
        for (const { scores } of advise(requirements).ranking)
          for (const dimension of DIMENSIONS) {
            const { value, reasons } = scores[dimension];
            expect(sum(reasons.map(({ points }) => points))).toBeCloseTo(value, 6);
            expect(value).toBeGreaterThanOrEqual(-1e-9);
            expect(value).toBeLessThanOrEqual(100 + 1e-9);
          }
      }),
      RUNS,
    );
  });

  it('for cost never rises with a price', () => {
    const priced = Object.keys(figures.prices.figures).filter((name) =>
      figures.prices.figures[name as FigureName].unit.startsWith('USD'),
    ) as FigureName[];
    expect(priced).toHaveLength(10);
    fc.assert(
      fc.property(
        anyRequirements,
        fc.constantFrom(...priced),
        fc.double({ min: 1, max: 50, noNaN: true }),
        (requirements, name, factor) => {
          const figure = figures.prices.figures[name];
          const dearer = {
            ...figures,
            prices: {
              ...figures.prices,
              figures: { ...figures.prices.figures, [name]: { ...figure, value: figure.value * factor } },
            },
          };
          const before = advise(requirements);
          for (const after of advise(requirements, dearer).ranking) {
            const same = before.ranking.find((one) => one.name === after.name);
            expect(after.scores.cost.value).toBeLessThanOrEqual((same?.scores.cost.value ?? 0) + 1e-9);
            expect(after.price.usd).toBeGreaterThanOrEqual((same?.price.usd ?? Number.POSITIVE_INFINITY) - 1e-9);
          }
        },
      ),
      RUNS,
    );
  });
});

describe('a price', () => {
  it('is the sum of its components, none of them negative', () => {
    fc.assert(
      fc.property(anyRequirements, placements, (requirements, placement) => {
        const { usd, components } = monthlyPrice(placement, requirements, figures);
        expect(sum(components.map((component) => component.usd))).toBeCloseTo(usd, 6);
        for (const component of components) expect(component.usd, component.name).toBeGreaterThanOrEqual(-1e-9);
      }),
      RUNS,
    );
  });

  it('does not fall when a tenant uses more', () => {
    fc.assert(
      fc.property(
        anyRequirements,
        placements,
        fc.constantFrom('cpuCores', 'memoryGiB', 'storageGiB', 'internetGB', 'logsGB'),
        (requirements, placement, member) => {
          const { workload } = requirements;
          const more = { ...requirements, workload: { ...workload, [member]: workload[member as 'logsGB'] + 3 } };
          const usd = (needs: Requirements) => monthlyPrice(placement, needs, figures).usd;
          expect(usd(more)).toBeGreaterThanOrEqual(usd(requirements) - 1e-9);
        },
      ),
      RUNS,
    );
  });
});

it('a move is explained by the difference of the scores and prices that rank it', () => {
  fc.assert(
    fc.property(anyRequirements, placements, placements, (requirements, from, to) => {
      const move = explainMove(from, to, { cpuCores: 3 }, requirements);
      const back = explainMove(to, from, { cpuCores: 3 }, requirements);
      expect(move.price.difference).toBeCloseTo(-back.price.difference, 6);
      for (const dimension of DIMENSIONS) {
        const { difference, reasons } = move.scores[dimension];
        expect(sum(reasons.map(({ points }) => points))).toBeCloseTo(difference, 6);
      }
    }),
    RUNS,
  );
});
