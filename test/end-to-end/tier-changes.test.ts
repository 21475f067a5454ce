import type { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureVclusterBinary } from '../../local/vcluster/build.ts';
import type { MadePlacement } from '../../tenancy/tenant.ts';
import { unitOf } from './support/accounts.ts';
import { type BusListener, listen } from './support/bus-listener.ts';
import { ACCOUNT, connect } from './support/clients.ts';
import { tenantry } from './support/command-line.ts';
import { endpoint } from './support/endpoint.ts';
import { eventually } from './support/eventually.ts';
import { kubeconfigOf } from './support/kubeconfig-file.ts';
import { operatorKubeConfig, request } from './support/kubernetes.ts';
import { stopSchedules } from './support/later.ts';
import { missing, remainders } from './support/placement-belongings.ts';
import { ask, createTenant, freshTenant } from './support/product.ts';
import { answers } from './support/product-backend.ts';
import { registered } from './support/registry.ts';
import { askForTier, outcomeOf, placementOf, released, waitsAtGate } from './support/tier-changes.ts';
import { lacking, makeWorkload } from './support/travelling-workload.ts';
import { dump } from './support/workloads.ts';

const clients = connect(endpoint);
const run = (...args: string[]) => tenantry(endpoint, ...args);
let bus: BusListener;
let resumeSchedules: () => Promise<void>;
/** Control planes start beside whatever else the machine does. */
const PATIENCE_MILLISECONDS = 240_000;
const timeout = 2 * PATIENCE_MILLISECONDS;

beforeAll(async () => {
  await ensureVclusterBinary((line) => void process.stderr.write(`${line}\n`));
  bus = await listen(clients, undefined, PATIENCE_MILLISECONDS);
  // Placements are kept and the product is waited for by the hour.
  resumeSchedules = await stopSchedules(clients);
});
afterAll(async () => {
  await resumeSchedules();
  await bus.close();
});

/** A tenant of `basic` with objects of its own. */
async function settled(what: string): Promise<{ tenant: string; first: MadePlacement }> {
  const tenant = freshTenant(what);
  await createTenant(clients, tenant);
  await bus.heard('TenantReady', tenant);
  const first = await placementOf(clients, tenant);
  await makeWorkload(await kubeconfigOf(endpoint, tenant), first.namespace);
  return { tenant, first };
}

/** What is not as it has to be: of a placement that was left, and of the one that the tenant has. */
async function faults(tenant: string, left: MadePlacement, home: string): Promise<string[]> {
  const [operator, now] = await Promise.all([operatorKubeConfig(clients), placementOf(clients, tenant)]);
  return [
    ...(await remainders(clients, operator, tenant, { left, now })),
    ...(await missing(clients, operator, tenant, now)),
    ...(await lacking(await kubeconfigOf(endpoint, tenant), home)),
  ];
}

describe('into a virtual cluster and back', () => {
  it('only the last of the wishes that wait counts, and it gives up what was kept', { timeout }, async () => {
    const { tenant, first } = await settled('wishes');
    const running = await askForTier(clients, tenant, 'standard');
    await eventually('the change', async () =>
      (await registered(clients, tenant))?.['state'] === 'CHANGING_TIER' ? true : undefined,
    );
    const wishes: string[] = [];
    for (const tier of ['enterprise', 'premium', 'basic']) {
      const wish = await askForTier(clients, tenant, tier);
      await waitsAtGate(clients, tenant, wish);
      wishes.push(wish);
    }
    const [enterprise = '', premium = '', last = ''] = wishes;

    const there = (await outcomeOf(bus, running)).detail.data;
    expect(there).toMatchObject({ how: 'moved', tier: 'standard', from: { generation: 1 }, to: { generation: 2 } });
    expect(there.to.virtualCluster.server).toMatch(/^https:/);
    expect(there.transferred).toBeGreaterThanOrEqual(10);
    for (const wish of [enterprise, premium]) {
      const { reasons } = (await outcomeOf(bus, wish)).detail.data;
      expect(reasons).toMatchObject([{ code: 'superseded', message: expect.stringMatching(`${premium}|${last}`) }]);
    }
    const back = (await outcomeOf(bus, last)).detail.data;
    expect(back).toMatchObject({ how: 'moved', tier: 'basic', from: there.to, to: { generation: 3 } });
    expect(Date.parse(back.keptUntil)).toBeGreaterThan(Date.parse(there.keptUntil));

    await released(bus, tenant, 1);
    await released(bus, tenant, 2);
    const home = `tenant-${tenant}--3`;
    expect(await faults(tenant, first, home)).toEqual([]);
    expect(await faults(tenant, { ...first, ...there.to }, home)).toEqual([]);
  });
});

describe('into an account, with the product’s own migration', () => {
  const scene = { tenant: '' } as { tenant: string; first: MadePlacement };
  const asked = async (tier: string, how?: string) =>
    outcomeOf(bus, await askForTier(clients, scene.tenant, tier, how && `${how}-${scene.tenant}`));

  beforeAll(async () => {
    Object.assign(scene, await settled('migrates'));
  });

  it.each([
    ['fails', answers.refuses, { error: 'DiskFull', message: expect.stringContaining('The new volume is too small.') }],
    ['says nothing for longer than it may', answers.silent, { error: 'States.Timeout' }],
    ['is at work for longer than it may', answers.endless, { error: 'States.Timeout' }],
  ])('that %s: the tenant is as it was', { timeout }, async (_what, answer, failure) => {
    const { tenant, first } = scene;
    const { 'detail-type': type, detail, time } = await asked('plus', answer);
    expect(type).toBe('TenantTierChangeFailed');
    expect(detail.data).toMatchObject({ step: 'RequestMigration', outcome: 'unchanged', ...failure });
    const request = await bus.find('the request for the migration', (event) => {
      return (
        event['detail-type'] === 'TenantMigrationRequested' && event.detail.data.operationId === detail.data.operationId
      );
    });
    const { to } = request.detail.data;
    // The release comes after it; only who is at work is waited for until the limit.
    const minutes = (Date.parse(time) - Date.parse(request.time)) / 60_000;
    if (answer === answers.endless) expect(minutes).toBeGreaterThanOrEqual(120);
    else expect(minutes).toBeLessThan(110);
    expect(await faults(tenant, { ...first, ...to }, first.namespace)).toEqual([]);
    expect(await registered(clients, tenant)).toMatchObject({ state: 'READY', tier: 'basic', generation: 1 });
  });

  it('that takes its time: the tenant lives there when it has answered', { timeout }, async () => {
    const { tenant, first } = scene;
    const { detail, time } = await asked('plus', answers.slow);
    expect(detail.data).toMatchObject({ how: 'moved', tier: 'plus', to: { generation: 5 } });
    expect(detail.data.to.accountId).not.toBe(ACCOUNT);
    const request = bus.about(tenant).findLast((event) => event['detail-type'] === 'TenantMigrationRequested');
    expect(request?.detail.data.volumes).toEqual([{ namespace: first.namespace, claim: 'store', storage: '1Gi' }]);
    // Three heartbeats of ten minutes each.
    expect(Date.parse(time) - Date.parse(request?.time ?? '')).toBeGreaterThanOrEqual(1_800_000);
    await released(bus, tenant, 1);
    expect(await faults(tenant, first, detail.data.to.namespace)).toEqual([]);
  });

  it('what a smaller tier does not hold is refused before anything is made, with what must shrink', {
    timeout,
  }, async () => {
    const { tenant } = scene;
    const { namespace } = await placementOf(clients, tenant);
    const own = await kubeconfigOf(endpoint, tenant);
    const claims = Array.from({ length: 5 }, (_, index) => `more-${index}`);
    for (const claim of claims) await makeClaim(own, namespace, claim);
    const { 'detail-type': type, detail } = await asked('basic');
    expect(type).toBe('TenantTierChangeFailed');
    const refusal = /persistentvolumeclaims: 6 in use, 5 allowed: shrink it by 1/;
    expect(detail.data).toMatchObject({ outcome: 'unchanged', step: 'CheckTierChange', retryable: false });
    expect(detail.data.message).toMatch(refusal);
    const { code, stdout } = await run('plan', tenant, '--tier', 'basic');
    expect(code).toBe(1);
    expect(stdout).toMatch(refusal);
    for (const claim of claims)
      await request(own, 'DELETE', `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${claim}`);
  });

  it('back again, the account is returned to the pool', { timeout }, async () => {
    const { tenant } = scene;
    const left = await placementOf(clients, tenant);
    const { 'detail-type': type, detail } = await asked('basic');
    expect(type, detail.data.message).toBe('TenantTierChanged');
    await released(bus, tenant, left.generation);
    expect(await faults(tenant, left, detail.data.to.namespace)).toEqual([]);
    expect(await unitOf(endpoint, left.accountId)).toBe('Pool');
  });

  it('in place with a quota that is used up', { timeout }, async () => {
    const { tenant } = scene;
    const { namespace } = await placementOf(clients, tenant);
    const own = await kubeconfigOf(endpoint, tenant);
    for (const claim of ['a', 'b', 'c', 'd']) await makeClaim(own, namespace, claim);
    const { 'detail-type': type, detail } = await asked('grown');
    expect(type, detail.data.message).toBe('TenantTierChanged');
    expect(detail.data).toMatchObject({ how: 'in-place', to: { tier: 'grown', namespace } });
  });
});

async function makeClaim(own: KubeConfig, namespace: string, name: string): Promise<void> {
  const spec = {
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'gp3',
    resources: { requests: { storage: '1Gi' } },
  };
  const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
  const { status, text } = await request(own, 'POST', path, { metadata: { name }, spec });
  expect(status, text).toBe(201);
}

describe('into a cluster of its own, from the command line', () => {
  it('and taken back: the tenant lives where it lived, as it was left', { timeout }, async () => {
    const { tenant, first } = await settled('returns');
    const objects = await dump(await operatorKubeConfig(clients), first.namespace);
    const asked = JSON.parse((await run('change-tier', tenant, '--tier', 'isolated', '--json')).stdout);
    // A cluster takes longer than the command: this waits at the gate until the tenant lives there.
    const wish = await run('take-back', tenant, '--json');
    expect(wish).toMatchObject({ code: 0, stderr: '' });

    const there = (await outcomeOf(bus, asked.eventId)).detail.data;
    expect(there).toMatchObject({ how: 'moved', tier: 'isolated', to: { generation: 2, accountId: ACCOUNT } });
    expect(there.to.cluster.name).toBe(`tenantry-tenant-${tenant}--2`);
    const back = (await outcomeOf(bus, JSON.parse(wish.stdout).eventId)).detail.data;
    expect(back).toMatchObject({ how: 'taken-back', tier: 'basic', from: there.to, to: there.from });
    await released(bus, tenant, 2);
    expect(await dump(await operatorKubeConfig(clients), first.namespace)).toEqual(objects);
    expect(await faults(tenant, { ...first, ...there.to }, first.namespace)).toEqual([]);

    const again = await run('take-back', tenant);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('has no earlier placement that is kept') });
    const { id } = await ask(clients, 'TenantTierChangeReversalRequested', { tenantId: tenant });
    const { reasons } = (await outcomeOf(bus, id)).detail.data;
    expect(reasons).toMatchObject([{ code: 'nothing-to-reverse' }]);
  });
});
