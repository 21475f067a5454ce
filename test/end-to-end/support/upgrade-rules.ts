import shipped from '../../../tenantry.config.json' with { type: 'json' };

const { basic } = shipped.tiers;

/** So many seats or cores of a tenant of `basic` call for `grown`; fewer than half as many cores of one of `grown`, for `basic`. */
export const GROWN = 20;

/** Like `basic`, with another budget: a change within the same placement. */
export const grown = { ...basic, monthlyBudgetUsd: 2 * basic.monthlyBudgetUsd };

const rule = (meter: string, limit: object) => ({
  name: `${meter}-${Object.keys(limit)[0]}`,
  meter,
  statistic: 'max',
  windowPeriods: 2,
  sustainedPeriods: 2,
  completeness: 0.5,
  ...limit,
});

/** Seats lead to proposals, cores to changes. */
export const upgrades = {
  ladder: ['basic', 'grown'],
  period: 'day',
  keepPeriods: 30,
  coolDownHours: 72,
  tiers: {
    basic: [
      rule('seats', { up: { above: GROWN, mode: 'propose' } }),
      rule('cpu', { up: { above: GROWN, mode: 'auto' } }),
    ],
    grown: [rule('cpu', { down: { below: GROWN / 2, mode: 'auto' } })],
  },
};
