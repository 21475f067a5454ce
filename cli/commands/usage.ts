import { type KeptDecision, readDecisions } from '../../functions/upgrades/decision-store.ts';
import { latestUsage, metersOf } from '../../functions/upgrades/usage-history.ts';
import { USAGE_WITHOUT_RULES, type UsageSettings } from '../../tenancy/upgrades/config.ts';
import type { RatedTenant, UpgradeRecord } from '../../tenancy/upgrades/record.ts';
import type { UsagePeriod } from '../../tenancy/upgrades/usage.ts';
import type { Installation } from '../installation.ts';
import { print, table } from '../output.ts';
import { requireTenant } from '../tenants.ts';

/** One meter in one period. */
export interface MeteredPeriod {
  meter: string;
  /** `hour` or `day`, whichever the installation counts in; both when that was changed. */
  period: UsageSettings['period'];
  /** When it starts, ISO 8601. */
  start: string;
  reports: number;
  average: number;
  max: number;
  sum: number;
}

/** `tenantry usage <id>`: what was measured, and what the rules of automatic tier changes made of it, with the numbers. */
export async function usage(
  installation: Installation,
  tenantId: string,
  { periods, json }: { periods: number; json: boolean },
): Promise<void> {
  const tenant: RatedTenant = await requireTenant(installation, tenantId);
  const [metered, decisions] = await Promise.all([
    meteredPeriods(installation, tenantId, periods),
    readDecisions(installation.table, tenantId),
  ]);
  const { upgrades } = tenant;
  print(json, { tenantId, tier: tenant.tier, upgrades, usage: metered, decisions }, () =>
    [
      `${tenantId}: tier ${tenant.tier}${upgrades ? `, ${standing(upgrades)}` : ''}`,
      '',
      `Usage (the last ${periods} periods of each meter, UTC)`,
      metered.length === 0 ? 'nothing was reported; TenantUsageReported does' : usageTable(metered),
      '',
      'Decisions',
      ...(decisions.length === 0 ? ['none'] : decisions.flatMap(decisionLines)),
    ].join('\n'),
  );
}

async function meteredPeriods({ table }: Installation, tenantId: string, limit: number): Promise<MeteredPeriod[]> {
  const found: MeteredPeriod[] = [];
  for (const period of ['hour', 'day'] as const) {
    const settings = { ...USAGE_WITHOUT_RULES, period };
    for (const meter of await metersOf(table, tenantId, settings)) {
      const latest = await latestUsage(table, tenantId, settings, { meter, limit });
      found.push(...latest.map((one) => metered(meter, period, one)));
    }
  }
  return found;
}

function metered(meter: string, period: UsageSettings['period'], { start, reports }: UsagePeriod): MeteredPeriod {
  const numbers = reports.map(({ meters }) => meters[meter] ?? 0);
  const sum = numbers.reduce((total, number) => total + number, 0);
  return {
    meter,
    period,
    start: new Date(start).toISOString(),
    reports: numbers.length,
    average: sum / numbers.length,
    max: Math.max(...numbers),
    sum,
  };
}

function usageTable(metered: readonly MeteredPeriod[]): string {
  return table(
    ['meter', 'period', 'reports', 'average', 'max', 'sum'],
    metered.map(({ meter, period, start, reports, average, max, sum }) => [
      meter,
      start.slice(0, period === 'day' ? 10 : 16),
      String(reports),
      ...[average, max, sum].map(round),
    ]),
  );
}

/** What is decided next depends on it. */
function standing({ settledAt, proposal }: UpgradeRecord): string {
  if (!proposal) return `settled since ${new Date(settledAt).toISOString()}`;
  return `${proposal.to} was proposed on ${new Date(proposal.at).toISOString()}`;
}

/** `2026-01-04T00:10:00Z  basic -> standard, started: rule cpu-busy`, the sentence, and the numbers. */
export function decisionLines(decision: KeptDecision): string[] {
  const { decidedAt, from, to, kind, rule, explanation, evidence, expiresAt, overtaken } = decision;
  const how = overtaken ? 'overtaken before it was said' : kind === 'start' ? 'started' : `proposed until ${expiresAt}`;
  return [
    `${decidedAt}  ${from} -> ${to}, ${how}: rule ${rule}, $${decision.monthlyPriceDifferenceUsd.toFixed(2)} a month`,
    `  ${explanation}`,
    ...evidence.map(
      ({ tier, rule: name, meter, statistic, windowPeriods, direction, threshold, values }) =>
        `  ${name} of ${tier}: ${statistic} of ${meter} over ${windowPeriods} ${direction === 'up' ? 'above' : 'below'} ${threshold}: ${values.map(round).join(', ')}`,
    ),
  ];
}

const round = (value: number) => String(Number(value.toPrecision(6)));
