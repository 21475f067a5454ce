import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { localTable } from '../../functions/testing/local-table.ts';
import { keepDecision } from '../../functions/upgrades/decision-store.ts';
import { readyTenant } from '../../functions/upgrades/testing/tenants.ts';
import { recordReport } from '../../functions/upgrades/usage-store.ts';
import type { DecisionRecord } from '../../tenancy/upgrades/record.ts';
import { START } from '../../tenancy/upgrades/testing/simulation.ts';
import type { Installation } from '../installation.ts';
import { usage } from './usage.ts';

const HOUR = 3_600_000;
const decision: DecisionRecord = {
  decisionId: 'acme-standard-20260101T051000Z',
  kind: 'propose',
  from: 'basic',
  to: 'standard',
  rule: 'cpu-busy',
  evidence: [
    {
      tier: 'basic',
      rule: 'cpu-busy',
      meter: 'cpu',
      statistic: 'p95',
      windowPeriods: 2,
      direction: 'up',
      threshold: 2,
      mode: 'propose',
      values: [3.5, 4.25],
    },
  ],
  explanation: 'It is too small.',
  fromPlacement: { account: 'pooled', workspace: 'namespace' },
  toPlacement: { account: 'pooled', workspace: 'vcluster' },
  monthlyPriceDifferenceUsd: 7.3,
  decidedAt: '2026-01-01T05:10:00.000Z',
  operationId: 'acme-created',
  expiresAt: '2026-01-15T05:10:00.000Z',
};

let installation: Installation;
let close: () => Promise<void>;
beforeAll(async () => {
  const local = await localTable();
  close = local.close;
  installation = { table: local.table } as Installation;
  const proposal = { to: 'standard', at: Date.parse(decision.decidedAt), evidence: decision.evidence };
  await readyTenant(local.table, 'acme', {
    upgrades: { tier: 'basic', settledAt: proposal.at, proposal, operationId: 'acme-created', revision: 2 },
  });
  await readyTenant(local.table, 'quiet');
  const settings = { period: 'hour', keepPeriods: 48 } as const;
  for (const hour of [1, 1.5, 2, 3]) {
    const report = { reportId: `report-${hour}`, measuredAt: START + hour * HOUR, meters: { cpu: hour, seats: 7 } };
    await recordReport(local.table, 'acme', settings, report, START + 5 * HOUR);
  }
  await keepDecision(local.table, 'acme', decision);
});
afterAll(() => close());

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});

it('prints what was measured, and each decision with its numbers', async () => {
  await usage(installation, 'acme', { periods: 2, json: false });
  const [text = ''] = printed;
  expect(text).toMatch(/^acme: tier basic, standard was proposed on 2026-01-01T05:10:00\.000Z\n/);
  expect(text).toMatch(/^cpu +2026-01-01T02:00 +1 +2 +2 +2$/m);
  expect(text).toMatch(/^seats +2026-01-01T03:00 +1 +7 +7 +7$/m);
  expect(text).not.toContain('T01:00');
  expect(text).toContain('basic -> standard, proposed until 2026-01-15T05:10:00.000Z: rule cpu-busy, $7.30 a month');
  expect(text).toContain('cpu-busy of basic: p95 of cpu over 2 above 2: 3.5, 4.25');
});

it('prints the same as JSON', async () => {
  await usage(installation, 'acme', { periods: 24, json: true });
  const value = JSON.parse(printed[0] ?? '');
  expect(value.usage).toHaveLength(6);
  expect(value.usage[0]).toEqual({
    meter: 'cpu',
    period: 'hour',
    start: '2026-01-01T01:00:00.000Z',
    reports: 2,
    average: 1.25,
    max: 1.5,
    sum: 2.5,
  });
  expect(value.decisions).toMatchObject([decision]);
});

it('says so when there is nothing, and what to do about a tenant that does not exist', async () => {
  await usage(installation, 'quiet', { periods: 24, json: false });
  expect(printed[0]).toMatch(/nothing was reported; TenantUsageReported does[\s\S]*Decisions\nnone$/);
  await expect(usage(installation, 'nobody', { periods: 24, json: false })).rejects.toThrow(/tenantry list/);
});
