import type { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BusListener, listen } from './support/bus-listener.ts';
import { connect } from './support/clients.ts';
import { endpoint } from './support/endpoint.ts';
import { ended } from './support/executions.ts';
import { clearFaults, injectFault, pendingFaults } from './support/faults.ts';
import { operatorKubeConfig } from './support/kubernetes.ts';
import { type ObjectDump, objectDump } from './support/object-dump.ts';
import { createOfTier } from './support/placements.ts';
import { ask, freshTenant } from './support/product.ts';
import { registered } from './support/registry.ts';
import { type Step, stepFaults, stepsOf } from './support/step-faults.ts';
import { addWorkloads } from './support/workloads.ts';
import { belongingsIn, world } from './support/world.ts';

const WORKFLOWS = ['move-placement', 'acquire-placement', 'adjust-placement'];

/** Changes that are tried again and again, failing for good at one step after the other. */
const tries = [
  {
    from: 'plus',
    to: 'basic',
    at: [
      'move-placement.CheckTierChange',
      'move-placement.AcquirePlacement',
      'acquire-placement.EnsureAccount',
      'acquire-placement.EnsureFoundation',
      'acquire-placement.EnsureCluster',
      'acquire-placement.EnsureClusterAccess',
      'acquire-placement.EnsureClusterBaseline',
      'acquire-placement.EnsureWorkspace',
      'acquire-placement.ProveIsolation',
      'move-placement.TransferWorkspace',
      'move-placement.RequestMigration',
      'move-placement.CompareWorkspace',
    ],
  },
  { from: 'basic', to: 'plus', at: ['acquire-placement.ClaimAccount', 'acquire-placement.AssignAccount'] },
  {
    from: 'basic',
    to: 'standard',
    at: ['acquire-placement.EnsureVcluster', 'acquire-placement.ProveVclusterIsolation'],
  },
  {
    from: 'basic',
    to: 'grown',
    at: [
      'adjust-placement.CheckTierChange',
      'adjust-placement.RaiseCommitment',
      'adjust-placement.LoosenWorkspace',
      'adjust-placement.EnsureFoundation',
      'adjust-placement.AdjustAccess',
      'adjust-placement.EnsureWorkspace',
      'adjust-placement.LowerCommitment',
      'adjust-placement.ProveIsolation',
    ],
  },
].map((each) => ({ ...each, tenant: freshTenant(`fails-${each.to}`) }));

/** No tenant here comes to them. */
const ELSEWHERE = [
  // What an earlier move left is being released then: the tenant itself is not touched.
  'move-placement.RetireKept',
  'move-placement.ReleaseKept',
  'move-placement.ForgetKept',
  // The making of accounts has tests of its own.
  'acquire-placement.VendAccount',
  // The functions are those of acquire-placement.
  'adjust-placement.EnsureVcluster',
  'adjust-placement.ProveVclusterIsolation',
];

const clients = connect(endpoint);
let bus: BusListener;
let operator: KubeConfig;
let steps: Step[];

beforeAll(async () => {
  bus = await listen(clients, undefined, 180_000);
  steps = (await Promise.all(WORKFLOWS.map((workflow) => stepsOf(clients, workflow)))).flat();
  for (const { tenant, from } of tries) await createOfTier(clients, tenant, from);
  for (const { tenant } of tries) {
    const { detail } = await bus.heard('TenantReady', tenant);
    operator ??= await operatorKubeConfig(clients);
    await addWorkloads(operator, detail.data.namespace);
  }
});
afterAll(async () => {
  await clearFaults(endpoint);
  await bus.close();
});

interface Known {
  record: Record<string, unknown> | undefined;
  belongings: string[];
  objects: ObjectDump;
}

/** Everything about the tenant: the registry's record without its last operation, the world, its objects. */
async function known(tenant: string, how?: 'written'): Promise<Known> {
  const [record, everything, objects] = await Promise.all([
    registered(clients, tenant),
    world(clients, operator),
    objectDump(operator, `tenant-${tenant}`, how),
  ]);
  const { state, tier, generation, placement, accountId, roleArn, cluster, namespace, next, previous } = record ?? {};
  return {
    record: { state, tier, generation, placement, accountId, roleArn, cluster, namespace, next, previous },
    // A stack that was changed and changed back says that it was.
    belongings: belongingsIn(everything, tenant).map((line) => line.replace('UPDATE_COMPLETE', 'CREATE_COMPLETE')),
    objects,
  };
}

/**
 * One change that fails at the step, after its effect: before it, everything is as it is after the step before. Only an execution that
 * was started cannot be answered so. What was said of the change.
 */
async function failing(tenant: string, to: string, step: Step) {
  // An earlier state of the workflow may call the same function.
  const earlier = steps
    .slice(0, steps.indexOf(step))
    .filter(({ role, target }) => role === step.role && target === step.target);
  const failure = step.call === 'Invoke' ? 'fatal after' : 'fatal before';
  await injectFault(endpoint, stepFaults(step, tenant, failure, earlier.length));
  const { id } = await ask(clients, 'TenantTierChangeRequested', { tenantId: tenant, tier: to });
  const outcomes = ['TenantTierChanged', 'TenantTierChangeFailed', 'TenantEventRejected'];
  const { detail } = await bus.find(
    `the failure of ${tenant} at ${step.state}`,
    ({ detail: { data }, ...event }) =>
      outcomes.includes(event['detail-type']) && (data.operationId === id || data.rejected?.id === id),
  );
  await ended(clients, detail.data.executionArn);
  return detail.data;
}

it.concurrent.each(tries)(
  'whatever fails on the way from $from to $to leaves the tenant exactly as it was',
  async ({ tenant, to, at }) => {
    // What is changed in place is written twice, there and back; by a move nothing that the tenant has is written at all.
    const how = at.some((name) => name.startsWith('adjust')) ? 'written' : undefined;
    const before = await known(tenant, how);
    for (const name of at) {
      const step = steps.find(({ workflow, state }) => `${workflow}.${state}` === name);
      if (!step) throw new Error(`there is no step ${name}`);
      const told = await failing(tenant, to, step);
      expect(told, `${tenant}: ${name}`).toMatchObject({ outcome: 'unchanged', step: step.state });
      expect(await known(tenant, how), `${tenant}: ${name}`).toEqual(before);
    }
  },
  600_000,
);

it('no step was left out, and no fault', async () => {
  const all = steps.map(({ workflow, state }) => `${workflow}.${state}`);
  expect(all.filter((name) => !ELSEWHERE.includes(name)).sort()).toEqual(tries.flatMap(({ at }) => at).sort());
  expect((await pendingFaults(endpoint)).filter(({ service }) => service === 'lambda')).toEqual([]);
});
