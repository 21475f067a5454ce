import { afterAll, beforeAll, expect, it } from 'vitest';
import { type UpgradesConfig, upgradesConfig } from '../../tenancy/upgrades/config.ts';
import { START } from '../../tenancy/upgrades/testing/simulation.ts';
import type { Table } from '../runtime/table.ts';
import { localTable } from '../testing/local-table.ts';
import { seededRandom } from '../testing/random.ts';
import { type KeptDecision, readDecisions } from './decision-store.ts';
import { evaluateTenant } from './evaluate-tenant.ts';
import { changeTenant, exampleTiers, listeningPublisher, ratedTenant, readyTenant } from './testing/tenants.ts';
import { recordReport } from './usage-store.ts';

const DAY = 86_400_000;
const DAYS = 365;
const SEED = 20261122;
const LADDER = ['basic', 'standard', 'premium', 'enterprise'];
const COOL_DOWN_DAYS = 7;

const at = (above: number | undefined, below: number | undefined) => ({
  name: 'cpu-busy',
  meter: 'cpu',
  statistic: 'p95',
  windowPeriods: 3,
  sustainedPeriods: 2,
  completeness: 0.6,
  ...(above !== undefined && { up: { above, mode: 'auto' } }),
  ...(below !== undefined && { down: { below, mode: below > 10 ? 'propose' : 'auto' } }),
});
const rules: UpgradesConfig = upgradesConfig.parse({
  ladder: LADDER,
  period: 'day',
  keepPeriods: 30,
  coolDownHours: COOL_DOWN_DAYS * 24,
  tiers: {
    basic: [at(2, undefined)],
    standard: [at(8, 1)],
    premium: [at(32, 5)],
    enterprise: [at(undefined, 20)],
  },
});

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterAll(() => close());

/** A report a day: a level that jumps now and then, noise around it, and days without a report. */
function randomYear(seed: number): (number | undefined)[] {
  const random = seededRandom(seed);
  let level = 1;
  return Array.from({ length: DAYS }, () => {
    if (random.chance(1 / 20)) level = 2 ** (random.next() * 7 - 1);
    return random.chance(0.08) ? undefined : level * (0.5 + random.next());
  });
}

/**
 * A tenant's year on the table: reports late, twice and out of order; an evaluation after each day, twice at once now and then;
 * changes that are started take two days, some fail; of the proposals every second one is accepted.
 */
async function live(tenantId: string, seed: number): Promise<KeptDecision[]> {
  const random = seededRandom(seed + 1);
  const publisher = listeningPublisher();
  const usage = randomYear(seed);
  let tenant = await readyTenant(table, tenantId);
  let running: { to: string; ends: number } | undefined;
  const report = (day: number) => {
    const cpu = usage[day];
    if (cpu === undefined) return undefined;
    const measuredAt = START + (day + 0.5) * DAY;
    const one = { reportId: `report-${day}`, measuredAt, meters: { cpu } };
    return recordReport(table, tenantId, rules, one, measuredAt + DAY);
  };
  const operation = async (day: number, changes: object) => {
    const updatedAt = new Date(START + day * DAY).toISOString();
    await changeTenant(table, tenantId, { ...changes, operationId: `operation-${day}`, updatedAt });
    tenant = await ratedTenant(table, tenantId);
  };
  for (let day = 1; day <= DAYS; day++) {
    // The report of yesterday, or the day before's with it, in the wrong order.
    if (!random.chance(0.1)) await Promise.all([report(day - 1), random.chance(0.1) ? report(day - 2) : undefined]);
    if (running && running.ends <= day) {
      const failed = random.chance(0.2);
      await operation(day, { state: 'READY', ...(!failed && { tier: running.to }) });
      running = undefined;
    }
    const now = START + day * DAY + 600_000;
    const evaluator = { table, publisher, rules, tiers: exampleTiers };
    const times = random.chance(0.05) ? 2 : 1;
    const evaluated = await Promise.all(Array.from({ length: times }, () => evaluateTenant(evaluator, tenant, now)));
    const made = evaluated.filter(({ outcome }) => outcome === 'decided');
    expect(made.length, `day ${day}, seed ${seed}`).toBeLessThanOrEqual(1);
    if (evaluated.some((one) => one.outcome !== 'none' || one.reason === 'changed-meanwhile'))
      tenant = await ratedTenant(table, tenantId);
    for (const one of made) {
      if (one.outcome === 'none' || (one.decision.kind === 'propose' && random.chance(0.5))) continue;
      expect(running, `day ${day}, seed ${seed}`).toBeUndefined();
      running = { to: one.decision.to, ends: day + 2 };
      await operation(day, { state: 'CHANGING_TIER' });
    }
    if (!tenant.upgrades) tenant = await ratedTenant(table, tenantId);
  }
  const decisions = await readDecisions(table, tenantId);
  expect(publisher.said).toHaveLength(decisions.length);
  return decisions;
}

it('a year of random usage never flaps, never decides two changes at once, and keeps the numbers of every decision', async () => {
  const tenants = ['year-a', 'year-b'];
  const lives = await Promise.all(tenants.map((tenant, index) => live(tenant, SEED + 100 * index)));
  for (const [index, decisions] of lives.entries()) {
    const seed = `seed ${SEED + 100 * index}`;
    const times = decisions.map(({ decidedAt }) => Date.parse(decidedAt));
    for (const [next, time] of times.slice(1).entries())
      expect(time - (times[next] ?? 0), seed).toBeGreaterThanOrEqual(COOL_DOWN_DAYS * DAY);
    for (const { evidence, from, to } of decisions) {
      const up = LADDER.indexOf(to) > LADDER.indexOf(from);
      expect(evidence.length, seed).toBeGreaterThan(0);
      for (const { threshold, values } of evidence)
        for (const value of values) expect(up ? value > threshold : value < threshold, seed).toBe(true);
    }
  }
  const all = lives.flat();
  const ways = new Set(all.map(({ kind, from, to }) => `${kind} ${LADDER.indexOf(to) > LADDER.indexOf(from)}`));
  expect(ways).toEqual(new Set(['start true', 'start false', 'propose false']));
  expect(all.length).toBeGreaterThan(15);
}, 60_000);
