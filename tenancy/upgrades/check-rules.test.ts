import { expect, it } from 'vitest';
import { upgradesConfig } from './config.ts';

const rule = { name: 'cpu', meter: 'cpu', statistic: 'p95', windowPeriods: 6, sustainedPeriods: 3 };
const up = (above: number) => ({ ...rule, up: { above, mode: 'auto' } });
const down = (below: number) => ({ ...rule, down: { below, mode: 'auto' } });
const valid = {
  ladder: ['basic', 'standard', 'premium'],
  coolDownHours: 24,
  tiers: { basic: [up(10)], standard: [down(8)] },
};
const problems = (changes: Record<string, unknown>) =>
  upgradesConfig
    .safeParse({ ...valid, ...changes })
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

it('takes rules without contradiction', () => expect(problems({})).toEqual([]));

it.each([
  ['a tier twice', { ladder: ['basic', 'standard', 'basic'] }, /^ladder\.2: names "basic" twice/],
  ['rules of a tier that is not on the ladder', { tiers: { gold: [up(1)] } }, /^tiers\.gold: is not on the ladder/],
  ['a floor above the ceiling', { floor: 'premium', ceiling: 'basic' }, /^floor: is above the ceiling/],
  ['a ceiling that is no tier', { ceiling: 'gold' }, /^ceiling: is not on the ladder/],
  ['a rule that decides nothing', { tiers: { basic: [rule] } }, /^tiers\.basic\.0: has neither/],
  ['a name twice', { tiers: { basic: [up(1), up(2)] } }, /^tiers\.basic\.1\.name: "cpu" is taken/],
  [
    'a window beyond what is kept',
    { keepPeriods: 7, tiers: { basic: [up(10)] } },
    /^tiers\.basic\.0\.windowPeriods: reaches beyond/,
  ],
  [
    'more numbers than a decision has room for',
    {
      tiers: {
        basic: [
          up(10),
          { ...up(10), name: 'a', sustainedPeriods: 700 },
          { ...up(10), name: 'b', sustainedPeriods: 700 },
          { ...up(10), name: 'c', sustainedPeriods: 700 },
        ],
      },
    },
    /^tiers: have 2103 sustained periods together; .* at most 2000/,
  ],
  [
    'thresholds without hysteresis',
    { tiers: { basic: [up(10)], standard: [down(8.1)] } },
    /^tiers\.standard\.0\.down\.below: must be at most 8:/,
  ],
  [
    'thresholds that cross within a tier',
    { tiers: { standard: [{ ...up(5), ...down(5) }] } },
    /^tiers\.standard\.0\.down\.below/,
  ],
  ['a move that leads nowhere', { moves: [{ from: 'basic', to: 'basic' }] }, /^moves\.0: leads nowhere/],
  [
    'moves that take two changes for one level of usage',
    {
      moves: [
        { from: 'basic', to: 'standard' },
        { from: 'standard', to: 'premium' },
      ],
    },
    /^moves\.0: goes on to "premium": allow basic -> premium too/,
  ],
  ['an unknown key', { colour: 'blue' }, /^: Unrecognized key/],
])('refuses %s, by its path', (_case, changes, expected) => {
  expect(problems(changes)).toEqual([expect.stringMatching(expected)]);
});

it('compares sums in the window of the other rule', () => {
  const sum = { ...rule, statistic: 'sum' };
  const tiers = (below: number) => ({
    tiers: {
      basic: [{ ...sum, windowPeriods: 10, up: { above: 100, mode: 'auto' } }],
      standard: [{ ...sum, windowPeriods: 20, down: { below, mode: 'auto' } }],
    },
  });
  expect(problems(tiers(160))).toEqual([]);
  expect(problems(tiers(161))).toHaveLength(1);
});
