import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BusListener, listen } from './support/bus-listener.ts';
import { connect } from './support/clients.ts';
import { tenantry } from './support/command-line.ts';
import { endpoint } from './support/endpoint.ts';
import { type Planned, putInTurn, withoutSchedules } from './support/later.ts';
import { ask, createTenant, freshTenant, put, SOURCE } from './support/product.ts';
import { registered } from './support/registry.ts';
import { GROWN } from './support/upgrade-rules.ts';

const clients = connect(endpoint);
const DAY = 86_400_000;
const DAY_SECONDS = 86_400;
const HALF_AN_HOUR = 1_800_000;
let bus: BusListener;

beforeAll(async () => {
  bus = await listen(clients);
});
afterAll(() => bus.close());

/** A tenant that is ready, and when it was, on the simulated clock. */
async function readyTenant(what: string): Promise<{ tenant: string; since: number }> {
  const tenant = freshTenant(what);
  await createTenant(clients, tenant);
  return { tenant, since: Date.parse((await bus.heard('TenantReady', tenant)).time) };
}

/**
 * Some days pass, until the given one; then a report comes for that and one for the day before, which is late. Days are counted
 * from the one on which the tenant was ready.
 */
function reports(tenantId: string, since: number, meter: string, plan: { pass: number; until: number; value: number }) {
  const first = Math.floor(since / DAY) * DAY + HALF_AN_HOUR;
  return [plan.until - 1, plan.until].map((day, index): Planned => {
    const measuredAt = new Date(first + day * DAY).toISOString();
    const data = { tenantId, measuredAt, meters: { [meter]: plan.value } };
    return { after: index === 0 ? plan.pass * DAY_SECONDS + 1 : 1, detailType: 'TenantUsageReported', data };
  });
}

/** Until all of it has been said, and a day has passed: its end is an event that is rejected, to be heard of. */
async function liveThrough(planned: Planned[]): Promise<void> {
  const end = { after: DAY_SECONDS, detailType: 'TenantUsageEnded', data: {} };
  const last = (await putInTurn(clients, [...planned, end])).at(-1);
  await bus.find('the end', (event) => event.detail.data.rejected?.id === last);
}

const said = (tenant: string, type: string) => bus.about(tenant).filter((event) => event['detail-type'] === type);

it('usage that grows leads to a proposal, or to the change itself where the rules say so', async () => {
  const proposing = await readyTenant('growing');
  const { tenant: auto } = await readyTenant('auto');
  const { tenant, since } = proposing;
  const planned = [
    ...reports(tenant, since, 'seats', { pass: 5, until: 5, value: 30 }),
    ...reports(auto, since, 'cpu', { pass: 0, until: 5, value: 30 }),
  ];
  await withoutSchedules(clients, () => liveThrough(planned), ['tenantry-usage-evaluation']);

  const proposal = await bus.heard('TenantTierChangeProposed', tenant);
  expect(proposal.detail.data).toMatchObject({
    fromTier: 'basic',
    toTier: 'grown',
    rule: 'seats-up',
    evidence: [{ threshold: GROWN, values: [30, 30] }],
  });
  const expires = Date.parse(proposal.detail.data.expiresAt) - Date.parse(proposal.time);
  expect(expires / DAY).toBeCloseTo(14, 2);
  expect(said(tenant, 'TenantTierChangeRequested')).toEqual([]);

  const request = await bus.heard('TenantTierChangeRequested', auto);
  expect(request).toMatchObject({ source: 'tenantry', detail: { data: { tier: 'grown' } } });
  expect(request.detail.data.reason).toMatch(/^max of cpu over 2 days was above 20 for 2 days/);
  expect(said(auto, 'TenantTierChangeProposed')).toEqual([]);
  const changed = await bus.heard('TenantTierChanged', auto);
  expect(changed.detail.metadata.causationId).toBe(request.detail.metadata.id);
  expect(changed.detail.data).toMatchObject({
    how: 'in-place',
    from: { tier: 'basic', generation: 1 },
    to: { tier: 'grown', generation: 1 },
  });
  expect(await registered(clients, auto)).toMatchObject({ state: 'READY', tier: 'grown' });
  for (const [who, type] of [
    [tenant, 'TenantTierChangeProposed'],
    [auto, 'TenantTierChangeRequested'],
    [auto, 'TenantTierChanged'],
  ] as const)
    expect(said(who, type), type).toHaveLength(1);

  const { code, stdout } = await tenantry(clients.endpoint, 'usage', tenant);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^seats +\d{4}-\d\d-\d\d +1 +30 +30 +30$/m);
  expect(stdout.match(/basic -> grown, proposed until/g)).toHaveLength(1);
});

describe('reports that are not taken', () => {
  const measured = (tenantId: string, measuredAt: string) => ({ tenantId, measuredAt, meters: { cpu: 1 } });
  const rejection = async (id: string) =>
    (await bus.find('rejection', (event) => event.detail.data.rejected?.id === id)).detail.data.reasons;

  it('are answered: from the future, of nobody, of somebody else', async () => {
    const { tenant, since } = await readyTenant('reported');
    const future = await ask(clients, 'TenantUsageReported', measured(tenant, '2090-01-01T00:00:00.000Z'));
    expect(await rejection(future.id)).toMatchObject([{ field: 'data.measuredAt', code: 'invalid' }]);
    const now = new Date(since).toISOString();
    const nobody = await ask(clients, 'TenantUsageReported', measured('nobody-at-all', now));
    expect(await rejection(nobody.id)).toMatchObject([{ field: 'data.tenantId', code: 'unknown-tenant' }]);
    const metadata = { id: `rival-${tenant}`, version: 1, occurredAt: now };
    const detail = JSON.stringify({ metadata, data: measured(tenant, now) });
    await put(clients, detail, { detailType: 'TenantUsageReported', source: `${SOURCE}-rival` });
    expect(await rejection(metadata.id)).toMatchObject([{ field: 'data.tenantId', code: 'not-owner' }]);
    expect((await tenantry(clients.endpoint, 'usage', tenant)).stdout).toContain('nothing was reported');
  });
});
