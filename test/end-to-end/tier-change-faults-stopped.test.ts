import { RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BusListener, listen } from './support/bus-listener.ts';
import { connect } from './support/clients.ts';
import { endpoint } from './support/endpoint.ts';
import { eventually } from './support/eventually.ts';
import { currentState, ended } from './support/executions.ts';
import { clearFaults } from './support/faults.ts';
import { operatorKubeConfig } from './support/kubernetes.ts';
import { withoutSchedules } from './support/later.ts';
import { createOfTier } from './support/placements.ts';
import { ask, freshTenant } from './support/product.ts';
import { registered } from './support/registry.ts';
import { disturb, executionsOf, stepsOf } from './support/step-faults.ts';
import { belongingsIn, world } from './support/world.ts';

const clients = connect(endpoint);
const tenant = freshTenant('stops');
let bus: BusListener;

beforeAll(async () => {
  bus = await listen(clients, undefined, 180_000);
  await createOfTier(clients, tenant, 'plus');
  await bus.heard('TenantReady', tenant);
});
afterAll(async () => {
  await clearFaults(endpoint);
  await bus.close();
});

/** Redrives each execution of the workflow whenever it stops, until all ended well; the steps at which they stopped. */
async function redriven(workflow: string): Promise<string[]> {
  const stops: string[] = [];
  const [execution] = await eventually(`an execution of ${workflow}`, async () => {
    const found = await executionsOf(clients, workflow, tenant);
    return found.length > 0 ? found : undefined;
  });
  const executionArn = execution?.arn ?? '';
  while ((await ended(clients, executionArn)).status !== 'SUCCEEDED') {
    stops.push((await currentState(clients, executionArn)) ?? '');
    if (stops.length > 40) throw new Error(`it stops again and again: ${stops}`);
    await clients.stepFunctions.send(new RedriveExecutionCommand({ executionArn }));
  }
  return stops;
}

it('where a change is not undone, every step that fails for good stops it, and a redrive goes on from there', async () => {
  const all = [...(await stepsOf(clients, 'change-tier')), ...(await stepsOf(clients, 'retire-placement'))];
  // What these start is undone when it fails: `tier-change-faults-fatal`.
  const steps = all.filter(({ state }) => !['MovePlacement', 'AdjustPlacement'].includes(state));
  await disturb(clients, steps, tenant, 'fatal before', 'fatal after');
  const stops = { change: [] as string[], retire: [] as string[] };
  await withoutSchedules(clients, async () => {
    await ask(clients, 'TenantTierChangeRequested', { tenantId: tenant, tier: 'basic' });
    stops.change = await redriven('change-tier');
    stops.retire = await redriven('retire-placement');
  });
  const twice = (...states: string[]) => states.flatMap((state) => [state, state]);
  expect(stops.change).toEqual([
    ...twice('Admit', 'BeginTierChange', 'CutOver', 'AnnounceTierChanged'),
    'RetirePlacement',
    ...twice('LeaveGate'),
  ]);
  expect(stops.retire).toEqual([
    ...twice('Admit', 'BeginRetirement'),
    'ReleasePlacement',
    ...twice('ForgetPlacement', 'LeaveGate'),
  ]);

  const changed = bus.about(tenant).filter((event) => event['detail-type'] === 'TenantTierChanged');
  expect(new Set(changed.map(({ detail }) => detail.metadata.id)).size).toBe(1);
  const failed = bus.about(tenant).filter((event) => event['detail-type'] === 'TenantTierChangeFailed');
  expect(new Set(failed.map(({ detail }) => detail.data.outcome))).toEqual(new Set(['stopped']));
  const record = await registered(clients, tenant);
  expect(record).toMatchObject({ state: 'READY', tier: 'basic', generation: 2 });
  expect(record).not.toHaveProperty('previous');
  expect(belongingsIn(await world(clients, await operatorKubeConfig(clients)), tenant)).toEqual([
    expect.stringContaining('access entry shared-1'),
    'budget tenantry-it',
    'namespaces tenant-it',
    expect.stringContaining('pod identity shared-1'),
    'role /tenantry/tenants/tenantry-tenant-it',
    'stack tenantry-foundation-it CREATE_COMPLETE',
  ]);
});
