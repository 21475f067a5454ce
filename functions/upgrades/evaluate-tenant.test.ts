import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type UpgradesConfig, upgradesConfig } from '../../tenancy/upgrades/config.ts';
import type { RatedTenant } from '../../tenancy/upgrades/record.ts';
import { START } from '../../tenancy/upgrades/testing/simulation.ts';
import { arrive } from '../operations/gate.ts';
import type { Table } from '../runtime/table.ts';
import { localTable } from '../testing/local-table.ts';
import { readDecisions } from './decision-store.ts';
import { evaluateAll } from './evaluate-all.ts';
import { evaluateTenant } from './evaluate-tenant.ts';
import { changeTenant, exampleTiers, listeningPublisher, ratedTenant, readyTenant } from './testing/tenants.ts';
import { recordReport } from './usage-store.ts';

const DAY = 86_400_000;
const rule = { name: 'cpu-busy', meter: 'cpu', statistic: 'average', windowPeriods: 2, sustainedPeriods: 2 };

const rulesFor = (mode: 'auto' | 'propose'): UpgradesConfig =>
  upgradesConfig.parse({
    ladder: ['basic', 'standard', 'premium'],
    period: 'day',
    keepPeriods: 60,
    coolDownHours: 48,
    tiers: {
      basic: [{ ...rule, up: { above: 2, mode } }],
      standard: [{ ...rule, up: { above: 8, mode }, down: { below: 1, mode } }],
    },
  });

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterAll(() => close());

/** A tenant whose usage was `cpu` on these days, evaluated after the last of them. */
async function measured(tenantId: string, cpu: number[], mode: 'auto' | 'propose', changes: Partial<RatedTenant> = {}) {
  const rules = rulesFor(mode);
  const publisher = listeningPublisher();
  const now = START + cpu.length * DAY + 300_000;
  await readyTenant(table, tenantId, changes);
  for (const [day, value] of cpu.entries()) {
    const report = { reportId: `report-${day}`, measuredAt: START + (day + 0.5) * DAY, meters: { cpu: value } };
    await recordReport(table, tenantId, rules, report, now);
  }
  const evaluate = async (at = now) =>
    evaluateTenant({ table, publisher, rules, tiers: exampleTiers }, await ratedTenant(table, tenantId), at);
  return { evaluate, publisher, now, rules, decisions: () => readDecisions(table, tenantId) };
}

describe('evaluateTenant', () => {
  it('starts a change, and keeps the numbers that it was made from', async () => {
    const { evaluate, publisher, decisions, now } = await measured('auto', [1, 1, 3, 4, 5], 'auto');
    expect(await evaluate()).toMatchObject({ outcome: 'decided', decision: { kind: 'start', to: 'standard' } });
    const [decision, ...others] = await decisions();
    expect(others).toEqual([]);
    expect(decision).toMatchObject({
      from: 'basic',
      to: 'standard',
      rule: 'cpu-busy',
      decidedAt: new Date(now).toISOString(),
      evidence: [{ meter: 'cpu', statistic: 'average', threshold: 2, values: [3.5, 4.5] }],
    });
    expect(decision?.explanation).toMatch(/^average of cpu over 2 days was above 2 .* pooled\+vcluster instead of/);
    expect(publisher.said).toMatchObject([
      { type: 'TenantTierChangeRequested', data: { tenantId: 'auto', tier: 'standard' } },
    ]);
    expect(publisher.said[0]?.data['proposalId']).toBeUndefined();
  });

  it('proposes a change with its price, made from what was measured', async () => {
    const { evaluate, publisher, now } = await measured('proposing', [3, 4, 5], 'propose');
    await evaluate();
    const [proposal] = publisher.said;
    expect(proposal).toMatchObject({
      type: 'TenantTierChangeProposed',
      data: {
        proposalId: 'proposing-standard-20260104T000500Z',
        fromPlacement: { workspace: 'namespace' },
        toPlacement: { workspace: 'vcluster' },
        expiresAt: new Date(now + 14 * DAY).toISOString(),
      },
    });
    expect(proposal?.data['monthlyPriceDifferenceUsd']).toBeGreaterThan(0);
  });

  it('decides once however often it looks, and not again while the proposal is open', async () => {
    const { evaluate, publisher, now } = await measured('once', [3, 4, 5], 'propose');
    await Promise.all([evaluate(), evaluate(), evaluate()]);
    await evaluate(now + DAY);
    expect(await evaluate(now + 13 * DAY)).toEqual({ outcome: 'none', reason: 'proposal-open' });
    expect(publisher.said).toHaveLength(1);
  });

  it('takes silence for a no: the same is proposed again only when usage has moved on', async () => {
    const usage = [...Array(20).fill(3), 3, 3, 3, 9, 9, 9];
    const { evaluate, publisher } = await measured('silent', usage, 'propose');
    const at = (days: number) => evaluate(START + days * DAY + 300_000);
    expect(await at(3)).toMatchObject({ outcome: 'decided' });
    expect(await at(16.9)).toMatchObject({ reason: 'proposal-open' });
    expect(await at(18)).toMatchObject({ reason: 'cool-down' });
    expect(await at(21)).toMatchObject({ reason: 'declined' });
    expect(await at(26)).toMatchObject({ outcome: 'decided', decision: { to: 'premium' } });
    expect(publisher.said).toHaveLength(2);
  });

  it('decides nothing while an operation runs, waits, or came in between', async () => {
    const busy = await measured('busy', [3, 4, 5], 'auto', { state: 'SUSPENDING' });
    expect(await busy.evaluate()).toEqual({ outcome: 'none', reason: 'not-ready' });

    const waiting = await measured('waiting', [3, 4, 5], 'auto');
    const waiter = { gate: 'tenant#waiting', holderId: 'op', executionArn: 'arn', taskToken: 't', enqueuedAt: '1' };
    await arrive(table, waiter, 1, async () => 'woken');
    expect(await waiting.evaluate()).toEqual({ outcome: 'none', reason: 'operation-running' });

    const raced = await measured('raced', [3, 4, 5], 'auto');
    const read = await ratedTenant(table, 'raced');
    for (const changes of [{ operationId: 'another' }, { state: 'RESUMING' as const }, { tier: 'premium' }]) {
      await readyTenant(table, 'raced');
      await changeTenant(table, 'raced', changes);
      const evaluator = { table, publisher: raced.publisher, rules: raced.rules, tiers: exampleTiers };
      expect(await evaluateTenant(evaluator, read, raced.now)).toEqual({
        outcome: 'none',
        reason: 'changed-meanwhile',
      });
    }
    expect([busy, waiting, raced].flatMap(({ publisher }) => publisher.said)).toEqual([]);
  });

  it('counts the cool-down from the end of whatever operation there was', async () => {
    const updatedAt = new Date(START + 5 * DAY).toISOString();
    const { evaluate } = await measured('settling', Array(9).fill(4), 'auto', { operationId: 'resumed', updatedAt });
    expect(await evaluate(START + 6.9 * DAY)).toMatchObject({ reason: 'cool-down' });
    expect(await evaluate(START + 7.1 * DAY)).toMatchObject({ outcome: 'decided' });
    await changeTenant(table, 'settling', {
      operationId: 'failed-change',
      updatedAt: new Date(START + 8 * DAY).toISOString(),
    });
    expect(await evaluate(START + 9.9 * DAY)).toMatchObject({ reason: 'cool-down' });
  });

  it('keeps a proposal open over a suspension, and takes another tier for its answer', async () => {
    const { evaluate, now } = await measured('answering', [3, 4, 5, 5, 5, 5, 5, 5], 'propose');
    await evaluate();
    const updatedAt = new Date(now + 60_000).toISOString();
    await changeTenant(table, 'answering', { operationId: 'resumed', updatedAt });
    expect(await evaluate(now + 120_000)).toMatchObject({ reason: 'proposal-open' });
    await changeTenant(table, 'answering', { operationId: 'changed', tier: 'standard', updatedAt });
    expect(await evaluate(now + 180_000)).toMatchObject({ reason: 'cool-down' });
    expect((await ratedTenant(table, 'answering')).upgrades).not.toHaveProperty('proposal');
  });

  it('takes a change that was taken back for a no, until usage has moved on', async () => {
    const usage = [3, 4, ...Array(18).fill(5), 7, 7, 7];
    const { evaluate } = await measured('regretted', usage, 'auto');
    const at = (days: number) => evaluate(START + days * DAY + 300_000);
    const ended = (days: number) => ({ updatedAt: new Date(START + days * DAY).toISOString() });
    expect(await at(3)).toMatchObject({ outcome: 'decided', decision: { to: 'standard' } });
    await changeTenant(table, 'regretted', {
      tier: 'standard',
      operation: 'change-tier',
      operationId: 'c',
      ...ended(4),
    });
    expect(await at(5)).toMatchObject({ reason: 'cool-down' });
    await changeTenant(table, 'regretted', {
      tier: 'basic',
      operation: 'reverse-tier-change',
      operationId: 'r',
      ...ended(6),
    });
    expect(await at(7)).toMatchObject({ reason: 'cool-down' });
    expect(await at(20)).toMatchObject({ reason: 'declined' });
    expect(await at(23)).toMatchObject({ outcome: 'decided', decision: { to: 'standard' } });
  });

  it('never looks at the usage of an earlier tenant of the same id', async () => {
    const born = new Date(START + 5 * DAY).toISOString();
    const again = await measured('again', [4, 4, 4, 4, 4, 4, 0.1, 0.1], 'auto', { createdAt: born, updatedAt: born });
    expect(await again.evaluate()).toMatchObject({ reason: 'within-thresholds' });
  });
});

describe('a crash', () => {
  it.each(['before', 'after'] as const)('%s the event is said: it is said later, as the same event', async (how) => {
    const { evaluate, publisher, decisions, now } = await measured(`crash-${how}`, [3, 4, 5], 'propose');
    publisher.fail(how);
    await expect(evaluate()).rejects.toThrow();
    expect(await evaluate(now + 60_000)).toMatchObject({ outcome: 'sent-late' });
    expect(await evaluate(now + 120_000)).toMatchObject({ reason: 'proposal-open' });
    expect(new Set(publisher.said.map(({ id }) => id)).size).toBe(1);
    expect(publisher.said).toHaveLength(how === 'before' ? 1 : 2);
    expect(await decisions()).toHaveLength(1);
  });

  it('after which the tenant was changed: the request is not made any more, and that is kept', async () => {
    const { evaluate, publisher, now, decisions } = await measured('overtaken', [3, 4, 5], 'auto');
    publisher.fail('before');
    await expect(evaluate()).rejects.toThrow();
    const updatedAt = new Date(now + 60_000).toISOString();
    await changeTenant(table, 'overtaken', { operationId: 'resumed', updatedAt });
    expect(await evaluate(now + 120_000)).toMatchObject({ reason: 'cool-down' });
    expect(publisher.said).toEqual([]);
    expect(await decisions()).toMatchObject([{ overtaken: true }]);
    expect((await ratedTenant(table, 'overtaken')).upgrades).not.toHaveProperty('unsent');
  });

  it('after which the change began: it was said, and is not said again', async () => {
    const { evaluate, publisher, now, decisions } = await measured('begun', [3, 4, 5], 'auto');
    publisher.fail('after');
    await expect(evaluate()).rejects.toThrow();
    const updatedAt = new Date(now + 60_000).toISOString();
    await changeTenant(table, 'begun', { operationId: publisher.said[0]?.id ?? '', tier: 'standard', updatedAt });
    expect(await evaluate(now + 120_000)).toMatchObject({ reason: 'cool-down' });
    expect(publisher.said).toHaveLength(1);
    expect((await decisions())[0]).not.toHaveProperty('overtaken');
  });
});

it('one tenant that cannot be evaluated does not keep the others from it, and is named', async () => {
  const { publisher, rules, now } = await measured('good', [3, 4, 5], 'auto');
  const broken = await readyTenant(table, 'broken', { createdAt: 'some day' });
  const tenants = [broken, await ratedTenant(table, 'good')];
  const logged: unknown[] = [];
  const logger = { info: (text: unknown) => logged.push(text), error: (text: unknown) => logged.push(text) };
  const evaluator = { table, publisher, rules, tiers: exampleTiers };
  await expect(evaluateAll(evaluator, tenants, now, logger as never)).rejects.toThrow(
    /^The usage of 1 of 2 tenants .*broken/,
  );
  expect(publisher.said).toHaveLength(1);
  expect(logged.sort()).toEqual(['evaluation failed', 'tier change decided']);
});
