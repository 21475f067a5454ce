import { z } from 'zod';
import { meterName } from '../../events/tenant-usage-reported.ts';
import { checkRules } from './check-rules.ts';

/** What usage is counted in, and how many periods of it are kept. */
export interface UsageSettings {
  readonly period: 'hour' | 'day';
  readonly keepPeriods: number;
}

/** The settings of usage where there are no rules: rules that come later find numbers. */
export const USAGE_WITHOUT_RULES: UsageSettings = { period: 'hour', keepPeriods: 800 };

const tierName = z.string().regex(/^[a-z][a-z0-9-]{1,31}$/, 'not the name of a tier');
const mode = z.enum(['auto', 'propose']);

/** How the numbers of a window become one. Levels (cpu, seats) want max, average or p95; amounts (requests) want sum. */
export const statistic = z.enum(['max', 'average', 'p95', 'sum']);
export type Statistic = z.infer<typeof statistic>;

/** A rule of one tier: one meter, and when its value says that the tier is too small or too large. */
const rule = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,47}$/, 'must be lower-case letters, digits and hyphens'),
  meter: meterName,
  statistic,
  /** Periods that each value covers. */
  windowPeriods: z.int().min(1).max(800),
  /** Periods in a row that the value must be beyond the threshold. */
  sustainedPeriods: z.int().min(1).max(800),
  /** Share of the window's periods that must have been measured: gaps decide nothing. */
  completeness: z.number().min(0.1).max(1).default(0.8),
  /** The tier is too small when the value is above. Any one rule suffices. */
  up: z.strictObject({ above: z.number().nonnegative(), mode }).optional(),
  /** The tier is too large when the value is below. All rules of the tier that have a `down` must agree. */
  down: z.strictObject({ below: z.number().positive(), mode }).optional(),
});

export type UpgradeRule = z.infer<typeof rule>;

/** Rules of automatic tier changes. What they say together is checked: see {@link checkRules}. */
export const upgradesConfig = z
  .strictObject({
    /** Tiers from the smallest to the largest; tenants of other tiers are never moved. */
    ladder: z.array(tierName).min(2).max(20),
    /** What a window is counted in (UTC). */
    period: z.enum(['hour', 'day']).default(USAGE_WITHOUT_RULES.period),
    /** Periods of usage that are kept per tenant. */
    keepPeriods: z.int().min(1).max(10_000).default(USAGE_WITHOUT_RULES.keepPeriods),
    /** Hours after a change, a decision or an answer in which nothing is decided. */
    coolDownHours: z.number().positive().max(8_784),
    /** Days after which an unanswered proposal counts as declined. */
    proposalDays: z.number().positive().max(90).default(14),
    /** By how much, at least, the value for going down lies below that for going up, as a share of it. */
    hysteresis: z.number().min(0.05).max(0.9).default(0.2),
    /** No tenant is moved below / above. */
    floor: tierName.optional(),
    ceiling: tierName.optional(),
    /** Moves that may be made; default all between tiers of the ladder. */
    moves: z.array(z.strictObject({ from: tierName, to: tierName })).optional(),
    /** Tier -> its rules. */
    tiers: z.record(tierName, z.array(rule).min(1).max(32)),
  })
  .superRefine((config, context) => {
    for (const problem of checkRules(config)) context.addIssue({ code: 'custom', ...problem });
  });

export type UpgradesConfig = z.infer<typeof upgradesConfig>;

/** Milliseconds of a period. */
export function periodMilliseconds(period: UpgradesConfig['period']): number {
  return period === 'hour' ? 3_600_000 : 86_400_000;
}
