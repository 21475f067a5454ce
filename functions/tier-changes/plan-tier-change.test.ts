import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Placement } from '../../events/placement.ts';
import { PLACEMENTS, placementName } from '../../tenancy/advice/placements.ts';
import { entriesOfPlacement, type LedgerEntry } from '../../tenancy/ledger.ts';
import { type ResourceKind, resourceKinds, stepsFor } from '../../tenancy/steps.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { tierChangePlan } from '../../tenancy/tier-changes/plan.ts';
import { getCluster, takePlace } from '../clusters/cluster-store.ts';
import { placeAttributes } from '../clusters/join-shared-cluster.ts';
import { pauseGate } from '../operations/gate.ts';
import { createLedger } from '../operations/ledger-store.ts';
import { config } from '../runtime/config.ts';
import type { Table } from '../runtime/table.ts';
import { emptyTable, localTable } from '../testing/local-table.ts';
import { planTierChange } from './plan-tier-change.ts';
import type { PreflightWorld } from './preflight.ts';
import { change, emptyWorld, quota, tiers } from './testing/preflight-world.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
beforeEach(() => emptyTable(table));
afterAll(() => close());

const settings = { keepHours: 72, productMigration: false };

/** Tiers of the bundled configuration: "basic" and "standard" stand for whatever the test puts in their place. */
function tenant(placement: Placement, more: Partial<Tenant> = {}): Tenant {
  const { from } = change('moved', placement, placement);
  const at = '2026-11-22T00:00:00.000Z';
  return {
    ...from,
    tenantId: 'acme',
    state: 'READY',
    owner: 'saas.test',
    operation: 'onboard',
    operationId: 'operation-0',
    executionArn: 'arn:onboard',
    correlationId: 'c',
    createdAt: at,
    updatedAt: at,
    ...more,
  };
}

/** A plan into a placement: the tier of the configuration is given that placement for the time of the test. */
async function planInto(to: Placement, of: Tenant, world: PreflightWorld = emptyWorld(table), more = {}) {
  const basic = config.tiers['basic'];
  if (!basic) throw new Error('the configuration has a tier "basic"');
  const before = basic.placement;
  basic.placement = to;
  try {
    return await planTierChange(world, of, {
      tier: 'basic',
      tiersOf: () => tiers(),
      settings: { ...settings, ...more },
    });
  } finally {
    basic.placement = before;
  }
}

const moves = PLACEMENTS.flatMap((from) => PLACEMENTS.filter((to) => to !== from).map((to) => ({ from, to })));
const kindsOf = (of: { kind: ResourceKind }[]) => of.map(({ kind }) => kind);
const isKind = (kind: string): kind is ResourceKind => (resourceKinds as readonly string[]).includes(kind);

/** Kinds of the ledger that acquire-placement makes, in its order. */
function acquired(placement: Placement): ResourceKind[] {
  return [...new Set(stepsFor(placement).map(({ kind }) => kind))].filter(isKind);
}

function ledgerOf(placement: Placement): LedgerEntry[] {
  return acquired(placement).map((kind) => ({
    tenantId: 'acme',
    kind,
    generation: 1,
    name: kind === 'account' ? placement.account : kind,
    state: 'CREATED',
    operationId: 'operation-0',
    attributes: {},
    updatedAt: '',
  }));
}

function statesOf(workflow: string): string[] {
  const text = readFileSync(`${import.meta.dirname}/../../statemachines/${workflow}.asl.json`, 'utf8');
  return Object.keys((JSON.parse(text) as { States: object }).States);
}

describe.each(moves.map(({ from, to }) => ({ from, to, name: `${placementName(from)} -> ${placementName(to)}` })))(
  '$name',
  ({ from, to }) => {
    it('lists exactly what acquiring makes and what releasing removes', async () => {
      const plan = await planInto(to, tenant(from));
      expect(tierChangePlan.parse(plan)).toEqual(plan);
      expect(plan).toMatchObject({ how: 'moved', to: { generation: 2 }, obstacles: [] });
      const stays = from.account === to.account;
      expect(kindsOf(plan.creates)).toEqual(acquired(to).filter((kind) => kind !== 'account' || !stays));
      expect(kindsOf(plan.removes)).toEqual(entriesOfPlacement(ledgerOf(from), 1, to).map(({ kind }) => kind));
      expect(plan.removes.every(({ when }) => when === '72 hours after the cut-over')).toBe(true);
    });

    it('lists states that the workflows have, those of acquire-placement all and in order', async () => {
      const { steps, seconds } = await planInto(to, tenant(from));
      for (const { workflow, state } of steps) expect(statesOf(workflow), `${workflow} ${state}`).toContain(state);
      const wanted = stepsFor(to).map(({ state }) => state);
      const vends = to.account === 'dedicated' && from.account === 'pooled';
      expect(steps.filter(({ workflow }) => workflow === 'acquire-placement').map(({ state }) => state)).toEqual(
        wanted.filter((state) => state !== 'VendAccount' || vends),
      );
      expect(seconds).toBe(steps.reduce((sum, step) => sum + step.seconds, 0));
      expect(seconds > 900).toBe(to.workspace === 'cluster');
    });
  },
);

describe.each(PLACEMENTS.map((placement) => ({ placement, name: placementName(placement) })))(
  '$name in place',
  ({ placement }) => {
    it('makes and removes nothing, and passes the states of adjust-placement in order', async () => {
      const plan = await planInto(placement, tenant(placement));
      expect(plan).toMatchObject({ how: 'in-place', creates: [], removes: [], to: { generation: 1 } });
      const states = plan.steps.filter(({ workflow }) => workflow === 'adjust-placement').map(({ state }) => state);
      const all = statesOf('adjust-placement').filter((state) => states.includes(state));
      expect(states).toEqual(all);
      expect(plan.price.difference).toBe(0);
      expect(states.includes('RaiseCommitment')).toBe(placement.workspace !== 'cluster');
    });
  },
);

const pooled: Placement = { account: 'pooled', workspace: 'namespace' };
const own: Placement = { account: 'dedicated', workspace: 'cluster' };

it('names what it makes, with the number of the placement', async () => {
  const { creates } = await planInto(own, tenant(pooled));
  expect(creates).toEqual([
    { kind: 'account', name: 'dedicated', summary: 'an AWS account of its own: a new one, since the pool has none' },
    {
      kind: 'foundation',
      name: 'tenantry-foundation-acme--2',
      summary:
        'CloudFormation stack with the role tenantry-tenant-acme--2, a budget, a network and the roles of its cluster',
    },
    { kind: 'cluster', name: 'tenantry-tenant-acme--2', summary: 'an EKS cluster of its own' },
    { kind: 'cluster-access', name: 'tenantry-tenant-acme--2', summary: 'access entry and Pod Identity for its pods' },
    { kind: 'workspace', name: 'tenant-acme--2', summary: 'a fenced namespace' },
  ]);
});

it('says what is in the way instead of failing, and touches nothing', async () => {
  await pauseGate(table, 'account-creation', { holderId: 'x', reason: 'limit', since: '2026-11-01' });
  const world = emptyWorld(table, {
    readWorkspace: async () => ({
      quotas: [quota('tenant-compute', { 'requests.cpu': '3' }), quota('tenant-objects', {})],
      objects: [],
    }),
  });
  const { obstacles } = await planInto(own, tenant(pooled), world);
  expect(obstacles).toEqual([
    'requests.cpu: 3 in use, 2 allowed: shrink it by 1',
    expect.stringContaining('creating accounts is paused since 2026-11-01 (limit; 0 wait)'),
  ]);
  expect(world.cluster.writes).toEqual([]);
  expect(await getCluster(table, 'shared-1')).toBeUndefined();
});

it('prices what the tenant uses, and says which components make the difference', async () => {
  const { price } = await planInto(own, tenant(pooled));
  expect(price.difference).toBeGreaterThan(50);
  expect(price.after - price.before).toBeCloseTo(price.difference);
  expect(price.components.reduce((sum, { difference }) => sum + difference, 0)).toBeCloseTo(price.difference, 1);
  expect(price.components.map(({ name }) => name)).toContain('EKS control plane');
});

it('gives up first what an earlier change has left', async () => {
  const { from } = change('moved', pooled, own);
  const previous = { ...from, keptUntil: '2026-12-01T00:00:00.000Z' };
  const plan = await planInto(
    { account: 'pooled', workspace: 'vcluster' },
    tenant(pooled, { generation: 2, lastGeneration: 2, previous }),
  );
  expect(plan.to.generation).toBe(3);
  expect(plan.steps.map(({ state }) => state)).toContain('ReleaseKept');
  expect(plan.removes.filter(({ when }) => when === 'at the beginning').map(({ kind }) => kind)).toEqual([
    ...resourceKinds,
  ]);
});

it('sees the room that it gives up first', async () => {
  const demand = { cpuMillis: 2_000, memoryMebibytes: 4_096 };
  await takePlace(table, 'shared-1', 'acme', demand, { tenants: 10 });
  const left = { tenantId: 'acme', operationId: 'onboard', generation: 1 };
  await createLedger(table, left).created('cluster', 'shared-1', placeAttributes(demand));
  await takePlace(table, 'shared-1', 'other', { cpuMillis: 18_000, memoryMebibytes: 1 }, { tenants: 10 });
  const { from } = change('moved', pooled, pooled);
  const to: Placement = { account: 'pooled', workspace: 'vcluster' };
  const full = await planInto(to, tenant(own, { generation: 2, lastGeneration: 2 }));
  expect(full.obstacles).toEqual([expect.stringContaining('No shared cluster has room')]);
  const previous = { ...from, keptUntil: '2026-12-01T00:00:00.000Z' };
  const plan = await planInto(to, tenant(own, { generation: 2, lastGeneration: 2, previous }));
  expect(plan.obstacles).toEqual([]);
  expect(plan.creates.find(({ kind }) => kind === 'cluster')?.name).toBe('shared-1');
});

it('counts the time of the product’s part as nothing, and names it', async () => {
  const plan = await planInto({ account: 'pooled', workspace: 'vcluster' }, tenant(pooled), emptyWorld(table), {
    productMigration: true,
  });
  expect(plan.steps.map(({ state }) => state)).toContain('RequestMigration');
});

it('refuses a tenant that is not READY', async () => {
  await expect(planInto(own, tenant(pooled, { state: 'SUSPENDED' }))).rejects.toMatchObject({
    name: 'TenantStateConflict',
    message: 'The tenant "acme" is SUSPENDED; its tier is changed when it is READY.',
  });
});
