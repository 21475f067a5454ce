import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type UpgradesConfig, upgradesConfig } from './config.ts';
import { evaluate } from './evaluate.ts';
import { live, newTenant, START } from './testing/simulation.ts';
import { addReport, emptyHistory } from './usage.ts';

const LADDER = ['basic', 'standard', 'premium', 'enterprise'];
const HOUR = 3_600_000;
const RUNS = { seed: 20261122, numRuns: 150 };

const statistic = fc.constantFrom('max', 'average', 'p95', 'sum');
const mode = fc.constantFrom('auto', 'propose');

const ruleOf = (index: number) =>
  fc.record({
    name: fc.constant(`rule-${index}`),
    meter: fc.constantFrom('cpu', 'seats'),
    statistic,
    windowPeriods: fc.integer({ min: 1, max: 8 }),
    sustainedPeriods: fc.integer({ min: 1, max: 4 }),
    completeness: fc.constantFrom(0.5, 0.8, 1),
    up: fc.option(fc.record({ above: fc.integer({ min: 20, max: 60 }), mode }), { nil: undefined }),
    down: fc.option(fc.record({ below: fc.integer({ min: 1, max: 16 }), mode }), { nil: undefined }),
  });

const tierRules = fc
  .array(fc.nat(), { minLength: 1, maxLength: 2 })
  .chain((slots) => fc.tuple(...slots.map((_, index) => ruleOf(index))));

/** All moves between some of the tiers, in one direction or both: the schema takes no others. */
const moves = fc.tuple(fc.subarray(LADDER), fc.constantFrom('up', 'down', 'both')).map(([tiers, direction]) =>
  tiers.flatMap((from, index) =>
    tiers.flatMap((to, other) => {
      if (index === other || (direction === 'up' && other < index) || (direction === 'down' && other > index))
        return [];
      return [{ from, to }];
    }),
  ),
);

/** Rules at random; those that the schema refuses are not rules. */
const rules: fc.Arbitrary<UpgradesConfig> = fc
  .record({
    ladder: fc.constant(LADDER),
    coolDownHours: fc.integer({ min: 1, max: 30 }),
    floor: fc.option(fc.constantFrom('basic', 'standard'), { nil: undefined }),
    ceiling: fc.option(fc.constantFrom('standard', 'premium', 'enterprise'), { nil: undefined }),
    moves: fc.option(moves, { nil: undefined }),
    tiers: fc.record({ basic: tierRules, standard: tierRules, premium: tierRules, enterprise: tierRules }),
  })
  .map((candidate) => upgradesConfig.safeParse(candidate))
  .filter((result) => result.success)
  .map((result) => result.data as UpgradesConfig);

const tier = fc.constantFrom(...LADDER);
const level = fc.integer({ min: 0, max: 70 });
const meters = fc.record({ cpu: level, seats: level });

it('never makes two decisions within a cool-down, so no A -> B -> A within it', () => {
  fc.assert(
    fc.property(
      rules,
      tier,
      fc.array(fc.option(meters, { freq: 8, nil: undefined }), { maxLength: 120 }),
      (config, from, usage) => {
        const { decisions } = live(config, usage, { state: newTenant(from), changeHours: 1 });
        const times = [START, ...decisions.map(({ at }) => at)];
        for (const [index, time] of times.slice(1).entries())
          expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(config.coolDownHours * HOUR);
      },
    ),
    RUNS,
  );
});

it('decides at most once while usage is constant', () => {
  fc.assert(
    fc.property(rules, tier, meters, (config, from, constant) => {
      const usage = Array.from({ length: 150 }, () => constant);
      const { decisions } = live(config, usage, { state: newTenant(from) });
      expect(decisions.map(({ decision }) => decision.to).slice(1)).toEqual([]);
    }),
    RUNS,
  );
});

it('is not impressed by duplicated and reordered reports', () => {
  const shuffled = fc
    .array(meters, { minLength: 1, maxLength: 40 })
    .map((usage) =>
      usage.map((numbers, index) => ({
        reportId: `report-${index}`,
        measuredAt: START + (index + 0.5) * HOUR,
        meters: numbers,
      })),
    )
    .chain((reports) =>
      fc.tuple(fc.constant(reports), fc.shuffledSubarray([...reports, ...reports], { minLength: 2 * reports.length })),
    );
  fc.assert(
    fc.property(rules, tier, shuffled, (config, from, [inOrder, disorder]) => {
      const collect = (reports: typeof inOrder) => reports.reduce(addReport, emptyHistory(HOUR, config.keepPeriods));
      const now = START + 40 * HOUR;
      expect(evaluate(config, collect(disorder), newTenant(from), now)).toEqual(
        evaluate(config, collect(inOrder), newTenant(from), now),
      );
    }),
    RUNS,
  );
});

it('never chooses a smaller tier for more usage', () => {
  const pair = fc.array(fc.tuple(meters, fc.record({ cpu: fc.nat(30), seats: fc.nat(30) })), {
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(rules, tier, pair, (config, from, usage) => {
      const target = (more: boolean) => {
        const history = usage.reduce(
          (so_far, [base, extra], index) =>
            addReport(so_far, {
              reportId: `report-${index}`,
              measuredAt: START + (index + 0.5) * HOUR,
              meters: more ? { cpu: base.cpu + extra.cpu, seats: base.seats + extra.seats } : base,
            }),
          emptyHistory(HOUR, config.keepPeriods),
        );
        const decision = evaluate(config, history, { ...newTenant(from) }, START + Math.max(usage.length, 30) * HOUR);
        return LADDER.indexOf(decision.kind === 'none' ? decision.tier : decision.to);
      };
      expect(target(true)).toBeGreaterThanOrEqual(target(false));
    }),
    RUNS,
  );
});

it('leads only to tiers within floor, ceiling and the allowed moves', () => {
  fc.assert(
    fc.property(rules, tier, fc.array(meters, { minLength: 40, maxLength: 80 }), (config, from, usage) => {
      for (const { decision } of live(config, usage, { state: newTenant(from) }).decisions) {
        const rank = LADDER.indexOf(decision.to);
        expect(rank).toBeGreaterThanOrEqual(LADDER.indexOf(config.floor ?? 'basic'));
        expect(rank).toBeLessThanOrEqual(LADDER.indexOf(config.ceiling ?? 'enterprise'));
        if (config.moves) expect(config.moves).toContainEqual({ from: decision.from, to: decision.to });
      }
    }),
    RUNS,
  );
});

it('the random rules do decide: the properties above are not empty', () => {
  const sample = fc.sample(fc.tuple(rules, tier, meters), { seed: 20261122, numRuns: 200 });
  const kinds = sample.flatMap(([config, from, constant]) => {
    const usage = Array.from({ length: 120 }, (_, hour) => (hour < 40 ? constant : { cpu: 0, seats: 0 }));
    return live(config, usage, { state: newTenant(from) }).decisions.map(
      ({ decision }) =>
        `${decision.kind} ${LADDER.indexOf(decision.to) > LADDER.indexOf(decision.from) ? 'up' : 'down'}`,
    );
  });
  for (const kind of ['start up', 'start down', 'propose up', 'propose down'])
    expect(kinds.filter((made) => made === kind).length, kind).toBeGreaterThan(5);
});

it('a year of hourly reports with a decision after each is worked through', () => {
  const config = upgradesConfig.parse({
    ladder: LADDER,
    coolDownHours: 24 * 7,
    tiers: {
      basic: [
        {
          name: 'cpu',
          meter: 'cpu',
          statistic: 'p95',
          windowPeriods: 24,
          sustainedPeriods: 3,
          up: { above: 2, mode: 'auto' },
        },
      ],
      standard: [
        {
          name: 'cpu',
          meter: 'cpu',
          statistic: 'p95',
          windowPeriods: 24,
          sustainedPeriods: 3,
          up: { above: 8, mode: 'auto' },
          down: { below: 1, mode: 'auto' },
        },
      ],
    },
  });
  // Grows by a tenth of a core a week, with a quiet night.
  const usage = Array.from({ length: 24 * 365 }, (_, hour) => ({
    cpu: (1 + hour / 168 / 10) * (hour % 24 < 8 ? 0.2 : 1),
  }));
  const { decisions, history } = live(config, usage);
  expect(decisions.map(({ decision }) => decision.to)).toEqual(['standard']);
  expect(history.periods).toHaveLength(config.keepPeriods);
});
