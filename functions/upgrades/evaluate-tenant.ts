import type { Placement } from '../../events/placement.ts';
import type { Publisher } from '../../events/publisher.ts';
import { explainMove } from '../../tenancy/advice/explain-move.ts';
import type { Workload } from '../../tenancy/advice/requirements.ts';
import { tenantGate } from '../../tenancy/gates.ts';
import { periodMilliseconds, type UpgradesConfig } from '../../tenancy/upgrades/config.ts';
import { type Decision, evaluate, expire, type Idle } from '../../tenancy/upgrades/evaluate.ts';
import {
  type DecisionRecord,
  decisionId,
  overtaken,
  type RatedTenant,
  settled,
  type UpgradeRecord,
} from '../../tenancy/upgrades/record.ts';
import { changeStarted, proposed, type UpgradeState } from '../../tenancy/upgrades/state.ts';
import { windowValue } from '../../tenancy/upgrades/statistic.ts';
import type { UsageHistory } from '../../tenancy/upgrades/usage.ts';
import { readGate, waiters } from '../operations/gate-records.ts';
import type { Table } from '../runtime/table.ts';
import { clearUnsent, keepDecision, writeRecord } from './decision-store.ts';
import { decisionEventId, sendDecision } from './send-decision.ts';
import { readUsage } from './usage-history.ts';

/** What an evaluation works with. */
export interface Evaluator {
  readonly table: Table;
  readonly publisher: Publisher;
  readonly rules: UpgradesConfig;
  /** Tier -> where its tenants live. */
  readonly tiers: Readonly<Record<string, { readonly placement: Placement }>>;
}

/** What came of it: a decision, one of before that was said at last, or why nothing was decided. */
export type Evaluated =
  | { outcome: 'decided' | 'sent-late'; decision: DecisionRecord }
  | { outcome: 'none'; reason: Idle | 'not-ready' | 'changed-meanwhile' };

const none = (reason: Extract<Evaluated, { outcome: 'none' }>['reason']): Evaluated => ({ outcome: 'none', reason });

/**
 * Evaluates the rules for one tenant, as it was read from the registry, at `now` in milliseconds since 1970. A decision is written
 * down with its numbers before anybody hears of it. Evaluating any number of times at once decides once.
 */
export async function evaluateTenant(evaluator: Evaluator, read: RatedTenant, now: number): Promise<Evaluated> {
  const { table, rules } = evaluator;
  const { tenantId } = read;
  if (read.state !== 'READY') return none('not-ready');
  const unsent = read.upgrades?.unsent;
  if (unsent && !overtaken(unsent, read, now)) {
    await sendDecision(evaluator, tenantId, unsent);
    return { outcome: 'sent-late', decision: unsent };
  }
  if (unsent) await drop(table, read, unsent);
  if (!rules.ladder.includes(read.tier)) return none('not-on-ladder');
  const record = settled(read);
  if (record !== read.upgrades && !(await writeRecord(table, read, withoutUnsent(record))))
    return none('changed-meanwhile');
  return decide(evaluator, { ...read, upgrades: withoutUnsent(record) }, now);
}

/** Gives up saying a decision. The change that it asked for being the one that was made, it was said. */
async function drop(table: Table, { tenantId, operationId }: RatedTenant, decision: DecisionRecord): Promise<void> {
  const said = decision.kind === 'start' && operationId === decisionEventId(decision);
  if (!said) await keepDecision(table, tenantId, { ...decision, overtaken: true });
  await clearUnsent(table, tenantId, decision.decisionId);
}

function withoutUnsent({ unsent: _, ...record }: UpgradeRecord): UpgradeRecord {
  return record;
}

async function decide(
  evaluator: Evaluator,
  tenant: RatedTenant & { upgrades: UpgradeRecord },
  now: number,
): Promise<Evaluated> {
  const { table, rules } = evaluator;
  const { tenantId, upgrades: record } = tenant;
  const state: UpgradeState = { ...record, operationRunning: false };
  // Most evaluations end here: nothing of the usage has to be read for that.
  const early = evaluate(rules, noHistory(rules), state, now);
  if (early.kind === 'none' && early.reason !== 'within-thresholds') return none(early.reason);
  const history = await readUsage(table, tenantId, rules, range(rules, metersOfRules(rules), tenant, now));
  const decision = evaluate(rules, history, state, now);
  if (decision.kind === 'none') return none(decision.reason);
  if (await operationWaits(table, tenantId)) return none('operation-running');
  const made = await describe(evaluator, tenant, decision, now);
  const { operationRunning: _, ...after } =
    decision.kind === 'propose'
      ? proposed(expire(rules, state, now), decision.to, decision.evidence, now)
      : changeStarted(expire(rules, state, now), now);
  const { from, to, evidence } = decision;
  const next: UpgradeRecord = {
    ...after,
    operationId: record.operationId,
    revision: record.revision + 1,
    last: { from, to, evidence },
    unsent: made,
  };
  if (!(await writeRecord(table, tenant, next))) return none('changed-meanwhile');
  await sendDecision(evaluator, tenantId, made);
  return { outcome: 'decided', decision: made };
}

/** Operations that are asked for stand at the tenant's gate before the registry knows them. */
async function operationWaits(table: Table, tenantId: string): Promise<boolean> {
  const gate = tenantGate(tenantId);
  const inside = Object.keys((await readGate(table, gate))?.holders ?? {});
  return inside.length > 0 || (await waiters(table, gate, 1)).length > 0;
}

function noHistory({ period, keepPeriods }: UpgradesConfig): UsageHistory {
  return { periodMilliseconds: periodMilliseconds(period), keepPeriods, periods: [] };
}

function metersOfRules({ tiers }: UpgradesConfig): string[] {
  return [...new Set(Object.values(tiers).flatMap((rules) => rules.map(({ meter }) => meter)))];
}

/** As far back as any rule looks, but never to an earlier tenant of the same id. */
function range(rules: UpgradesConfig, meters: string[], tenant: RatedTenant, now: number) {
  const length = periodMilliseconds(rules.period);
  const reach = Object.values(rules.tiers)
    .flat()
    .map(({ windowPeriods, sustainedPeriods }) => windowPeriods + sustainedPeriods);
  const current = Math.floor(now / length) * length;
  const born = Math.floor(Date.parse(tenant.createdAt) / length) * length;
  return { meters, from: Math.max(born, current - Math.max(...reach) * length), to: current };
}

async function describe(
  evaluator: Evaluator,
  tenant: RatedTenant,
  decision: Extract<Decision, { from: string }>,
  now: number,
): Promise<DecisionRecord> {
  const { rules, tiers } = evaluator;
  const { from, to, kind, rule, evidence } = decision;
  const toPlacement = tiers[to]?.placement;
  if (!toPlacement) throw new TypeError(`The configuration has no tier "${to}".`);
  const move = explainMove(tenant.placement, toPlacement, await workload(evaluator, tenant, now));
  return {
    decisionId: decisionId(tenant.tenantId, to, now),
    kind,
    from,
    to,
    rule,
    evidence,
    explanation: `${decision.explanation} ${move.text}`,
    fromPlacement: tenant.placement,
    toPlacement,
    monthlyPriceDifferenceUsd: Number(move.price.difference.toFixed(2)),
    decidedAt: new Date(now).toISOString(),
    operationId: tenant.operationId,
    ...(kind === 'propose' && { expiresAt: new Date(now + rules.proposalDays * 86_400_000).toISOString() }),
  };
}

/** Meters of well-known names, as what the advisor calls them: prices are those of what the tenant was measured to use. */
const WORKLOAD: Readonly<Record<string, keyof Workload>> = {
  cpu: 'cpuCores',
  memory: 'memoryGiB',
  storage: 'storageGiB',
};

async function workload({ table, rules }: Evaluator, tenant: RatedTenant, now: number): Promise<Partial<Workload>> {
  const wanted = range(rules, Object.keys(WORKLOAD), tenant, now);
  const history = await readUsage(table, tenant.tenantId, rules, wanted);
  const windowPeriods = Math.round((wanted.to - wanted.from) / periodMilliseconds(rules.period)) + 1;
  const measured = wanted.meters.flatMap((meter) => {
    const { value } = windowValue(history, { meter, statistic: 'average', windowPeriods, lastStart: wanted.to });
    const name = WORKLOAD[meter];
    return value === undefined || !name ? [] : [[name, value] as const];
  });
  return Object.fromEntries(measured);
}
