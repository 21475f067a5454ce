import type { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureVclusterBinary } from '../../local/vcluster/build.ts';
import { type BusListener, listen } from './support/bus-listener.ts';
import { connect } from './support/clients.ts';
import { endpoint } from './support/endpoint.ts';
import { ended } from './support/executions.ts';
import { clearFaults, injectFault } from './support/faults.ts';
import { operatorKubeConfig } from './support/kubernetes.ts';
import { putInTurn, withoutSchedules } from './support/later.ts';
import { objectDump } from './support/object-dump.ts';
import { createOfTier } from './support/placements.ts';
import { freshTenant } from './support/product.ts';
import { registered } from './support/registry.ts';
import {
  addFailures,
  disturb,
  executionsOf,
  type Failures,
  failedEachWay,
  type Step,
  stepFaults,
  stepsOf,
  TIER_CHANGE_WORKFLOWS,
} from './support/step-faults.ts';
import { addWorkloads } from './support/workloads.ts';
import { belongingsIn, world } from './support/world.ts';

interface Route {
  from: string;
  /** One after the other; the second is asked for while the first is under way. */
  to: string[];
  /** The step that fails for good, and ends the change. */
  failsAt?: string;
  /** What the tenant's product hears, sorted; progress is told beside it. */
  says: string[];
}

const [REJECTED, CHANGED, FAILED] = ['TenantEventRejected', 'TenantTierChanged', 'TenantTierChangeFailed'];

/** Together they come to every step; each is taken by a tenant that every step fails for, once before and once after its effect. */
const routes: Route[] = [
  // The second is superseded by the third, and the placement that the first one left is still kept when the third begins.
  { from: 'basic', to: ['plus', 'grown', 'basic'], says: [REJECTED, CHANGED, CHANGED] },
  { from: 'basic', to: ['grown', 'basic'], says: [CHANGED, CHANGED] },
  { from: 'basic', to: ['plus'], failsAt: 'move-placement.CompareWorkspace', says: [FAILED] },
  { from: 'basic', to: ['standard'], failsAt: 'move-placement.CompareWorkspace', says: [FAILED] },
  { from: 'basic', to: ['grown'], failsAt: 'adjust-placement.ProveIsolation', says: [FAILED] },
];

/** No route comes to them. */
const ELSEWHERE = [
  // The functions are those of acquire-placement, which a route does come to.
  'adjust-placement.EnsureVcluster',
  'adjust-placement.ProveVclusterIsolation',
  // Whether an account has to be made, the pool decides; the making has tests of its own.
  'acquire-placement.VendAccount',
  // A cluster of one's own takes too long for this; `placements` releases some.
  'release-placement.UnprotectCluster',
];

const taken = routes.map((route) => ({
  ...route,
  what: `from ${[route.from, ...route.to].join(' to ')}${route.failsAt ? ` that ${route.failsAt} ends` : ''}`,
  tenant: freshTenant(`hit-${route.to[0]}`),
}));
type Taken = (typeof taken)[number];

const clients = connect(endpoint);
const failures: Failures = new Map();
let bus: BusListener;
let operator: KubeConfig;
let steps: Step[];

/** What a tenant is and has, before and after: world, registry, objects. */
interface Snapshot {
  belongings: string[];
  objects: Awaited<ReturnType<typeof objectDump>>;
}
const before = new Map<string, Snapshot>();

async function snapshot(tenant: string, everything: readonly string[]): Promise<Snapshot> {
  const { namespace = '' } = (await registered(clients, tenant)) as { namespace?: string };
  // A stack that was changed and changed back says that it was.
  const belongings = belongingsIn(everything, tenant).map((line) => line.replace('UPDATE_COMPLETE', 'CREATE_COMPLETE'));
  return { belongings, objects: await objectDump(operator, namespace, 'written') };
}

/** When the first change has begun, and before it can be done: its foundation alone takes 20 seconds. */
const UNDER_WAY_SECONDS = 15;

/** Asks for the changes of a route; they have been answered when this ends. */
async function change({ to, tenant, says }: Taken): Promise<void> {
  const planned = to.map((tier, index) => ({
    after: index === 1 ? UNDER_WAY_SECONDS : 1,
    detailType: 'TenantTierChangeRequested',
    data: { tenantId: tenant, tier },
  }));
  await putInTurn(clients, planned);
  await bus.find(`all of ${says} of ${tenant}`, () => said(tenant).length >= says.length);
}

/** All executions about the tenant that this is about, once they have ended. */
async function allEnded(tenant: string): Promise<{ arn: string; status: string }[]> {
  const found: { arn: string; status: string }[] = [];
  for (const workflow of ['change-tier', 'retire-placement'])
    for (const { arn } of await executionsOf(clients, workflow, tenant)) {
      const { status = '' } = await ended(clients, arn);
      found.push({ arn, status });
    }
  return found;
}

/** Said on the way; the product is asked again, with another token, whenever the state that waits for it is tried again. */
const ON_THE_WAY = ['TenantReady', 'TenantTierChangeProgressed', 'TenantMigrationRequested'];

/** Types of the events that answer a request about the tenant, each event once: delivery is at least once. */
function said(tenant: string): string[] {
  const events = new Map(bus.about(tenant).map((event) => [event.detail.metadata.id, event['detail-type']]));
  return [...events.values()].filter((type) => !ON_THE_WAY.includes(type)).sort();
}

beforeAll(async () => {
  await ensureVclusterBinary((line) => void process.stderr.write(`${line}\n`));
  bus = await listen(clients, undefined, 180_000);
  steps = (await Promise.all(TIER_CHANGE_WORKFLOWS.map((workflow) => stepsOf(clients, workflow)))).flat();
  for (const { tenant, from } of taken) await createOfTier(clients, tenant, from);
  for (const { tenant, from } of taken) {
    const { detail } = await bus.heard('TenantReady', tenant);
    operator ??= await operatorKubeConfig(clients);
    if (from === 'basic') await addWorkloads(operator, detail.data.namespace);
  }
  const everything = await world(clients, operator);
  for (const { tenant } of taken) before.set(tenant, await snapshot(tenant, everything));
  for (const { tenant, failsAt } of taken) {
    await disturb(clients, steps, tenant, 'passing before', 'passing after');
    const fatal = steps.find(({ workflow, state }) => `${workflow}.${state}` === failsAt);
    // It comes last: the step has been tried twice then.
    if (fatal)
      await injectFault(endpoint, stepFaults(fatal, tenant, 'fatal after', failsAt?.includes('Compare') ? 1 : 0));
  }
  await withoutSchedules(clients, async () => {
    await Promise.all(taken.map(change));
    for (const tenant of taken.map((each) => each.tenant))
      for (const { arn } of await allEnded(tenant)) await addFailures(clients, arn, failures);
  });
  operator = await operatorKubeConfig(clients);
});
afterAll(async () => {
  await clearFaults(endpoint);
  await bus.close();
});

describe('when every step fails once before its effect and once after it', () => {
  it.each(taken)('a change $what is as if nothing else had failed', async ({ tenant, from, failsAt, says }) => {
    expect(said(tenant)).toEqual(says);
    const statuses = new Set((await allEnded(tenant)).map(({ status }) => status));
    expect(statuses).toEqual(new Set([failsAt ? 'FAILED' : 'SUCCEEDED']));
    const now = await snapshot(tenant, await world(clients, operator));
    // Every route comes back to the tier that it began with, or never leaves it.
    expect(now.belongings).toEqual(before.get(tenant)?.belongings);
    expect(await registered(clients, tenant)).toMatchObject({ state: 'READY', tier: from });
    if (!failsAt) return;
    const { detail } = await bus.heard('TenantTierChangeFailed', tenant);
    expect(detail.data).toMatchObject({ outcome: 'unchanged', step: failsAt.split('.')[1] });
    expect(await registered(clients, tenant)).toMatchObject({ generation: 1 });
    expect(now.objects).toEqual(before.get(tenant)?.objects);
  });

  it('no step was left out', () => {
    expect(
      steps
        .map(({ workflow, state }) => `${workflow}.${state}`)
        .filter((step) => !ELSEWHERE.includes(step) && !failedEachWay(failures.get(step))),
    ).toEqual([]);
  });
});
