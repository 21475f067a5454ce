import { RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import type { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BusListener, listen } from './support/bus-listener.ts';
import { connect } from './support/clients.ts';
import { endpoint } from './support/endpoint.ts';
import { eventually } from './support/eventually.ts';
import { currentState, ended } from './support/executions.ts';
import { clearFaults } from './support/faults.ts';
import { operatorKubeConfig } from './support/kubernetes.ts';
import { putInTurn, withoutSchedules } from './support/later.ts';
import { ask, createTenant, freshTenant } from './support/product.ts';
import { ledger, members, registered } from './support/registry.ts';
import {
  addFailures,
  disturb,
  executionsOf,
  type Failures,
  failedEachWay,
  failedForGood,
  type Step,
  stepsOf,
} from './support/step-faults.ts';
import { addWorkloads, dump } from './support/workloads.ts';
import { belongingsIn, world } from './support/world.ts';

const HOUR_SECONDS = 3_600;
const ELSEWHERE = [
  // What only tenants of other tiers have: `tier-change-faults` comes to these.
  'ReleaseVcluster',
  'ReleaseDedicatedAccount',
  // The suspension has taken the access already; `tier-change-faults` releases one without.
  'ReleaseClusterAccess',
  // A cluster of one's own takes too long for faults in every step; `placements` releases some, undisturbed.
  'UnprotectCluster',
];

const clients = connect(endpoint);
let bus: BusListener;
let operator: KubeConfig;
let steps: Step[];
let objects: string[];
let place: string[];

/** Every step fails for them: once before and once after its effect, so that it is tried again; or each time for good. */
const deleted = freshTenant('deleted');
const cancelled = freshTenant('cancelled');
const stopped = freshTenant('stopped');
const tenants = [deleted, cancelled, stopped];

const executions = async (tenant: string) =>
  (await executionsOf(clients, 'deprovision-tenant', tenant)).map(({ arn }) => arn);

/** Types of the events about the tenant, each event once: delivery is at least once. */
function said(tenant: string): string[] {
  const events = new Map(bus.about(tenant).map((event) => [event.detail.metadata.id, event['detail-type']]));
  return [...events.values()].filter((type) => type !== 'TenantReady').sort();
}

/** Steps of the deletion whose failure nobody is told of: nothing has begun before, and everything was said after. */
const UNTOLD = ['Admit', 'BeginDeprovisioning', 'LeaveGate'];

/** Redrives the execution whenever it stops, once that has been told, until it ends well. The steps at which it stopped. */
async function redriven(tenant: string): Promise<string[]> {
  const [executionArn = ''] = await executions(tenant);
  const stops: string[] = [];
  for (;;) {
    const { status } = await ended(clients, executionArn);
    if (status === 'SUCCEEDED') return stops;
    const step = (await currentState(clients, executionArn)) ?? '';
    stops.push(step);
    const told = stops.filter((each) => !UNTOLD.includes(each)).length;
    await eventually(`the news of stop ${stops.length} of ${tenant} at ${step}`, async () =>
      said(tenant).filter((type) => type === 'TenantDeprovisioningFailed').length >= told ? true : undefined,
    );
    if (stops.length > 3 * steps.length) throw new Error(`${tenant} stops again and again: ${stops}`);
    await clients.stepFunctions.send(new RedriveExecutionCommand({ executionArn }));
  }
}

async function failuresOf(...all: string[]): Promise<Failures> {
  const failures: Failures = new Map();
  for (const tenant of all) for (const arn of await executions(tenant)) await addFailures(clients, arn, failures);
  return failures;
}

beforeAll(async () => {
  bus = await listen(clients);
  steps = (await Promise.all(['deprovision-tenant', 'release-placement'].map((each) => stepsOf(clients, each)))).flat();
  for (const tenant of tenants) await createTenant(clients, tenant);
  for (const tenant of tenants) {
    const { detail } = await bus.heard('TenantReady', tenant);
    operator ??= await operatorKubeConfig(clients);
    await addWorkloads(operator, detail.data.namespace);
  }
});
afterAll(async () => {
  await clearFaults(endpoint);
  await bus.close();
});

describe('when every step fails once before its effect and once after it', () => {
  beforeAll(async () => {
    place = belongingsIn(await world(clients, operator), cancelled);
    objects = await dump(operator, `tenant-${cancelled}`);
    for (const tenant of [deleted, cancelled]) await disturb(clients, steps, tenant, 'passing before', 'passing after');
    await withoutSchedules(clients, async () => {
      // The second waits until the first is done, and is rejected then.
      await Promise.all([
        ask(clients, 'TenantDeletionRequested', { tenantId: deleted, immediate: true }),
        ask(clients, 'TenantDeletionRequested', { tenantId: deleted, immediate: true }),
      ]);
      await putInTurn(clients, [
        { after: 1, detailType: 'TenantDeletionRequested', data: { tenantId: cancelled } },
        { after: 24 * HOUR_SECONDS, detailType: 'TenantDeletionCancelled', data: { tenantId: cancelled } },
      ]);
      await bus.heard('TenantDeprovisioned', deleted);
      await bus.heard('TenantResumed', cancelled);
      await bus.heard('TenantEventRejected', deleted);
      for (const tenant of [deleted, cancelled])
        for (const arn of await executions(tenant)) expect((await ended(clients, arn)).status).toBe('SUCCEEDED');
    });
    operator = await operatorKubeConfig(clients);
  });

  it('a tenant that is deleted is gone without a trace, and that is said once', async () => {
    // The product is asked anew when the first question's answer is lost, with a token of its own.
    const asked = ['TenantExportRequested', 'TenantExportRequested'];
    expect(said(deleted)).toEqual(['TenantDeprovisioned', 'TenantEventRejected', ...asked]);
    expect(belongingsIn(await world(clients, operator), deleted)).toEqual([]);
    expect(await members(clients, 'shared-1')).not.toContain(deleted);
    expect(new Set(Object.values(await ledger(clients, deleted)))).toEqual(new Set(['DELETED']));
    expect(await registered(clients, deleted)).toMatchObject({ state: 'DEPROVISIONED' });
  });

  it('a tenant whose deletion is cancelled has everything as it was', async () => {
    expect(said(cancelled)).toEqual(['TenantDeletionScheduled', 'TenantResumed']);
    expect(await registered(clients, cancelled)).toMatchObject({ state: 'READY' });
    expect(belongingsIn(await world(clients, operator), cancelled)).toEqual(place);
    await eventually('the objects as they were', async () =>
      JSON.stringify(await dump(operator, `tenant-${cancelled}`)) === JSON.stringify(objects) ? true : undefined,
    );
  });

  it('no step was left out', async () => {
    const failures = await failuresOf(deleted, cancelled);
    expect(missed((step) => failedEachWay(failures.get(step)))).toEqual([]);
  });
});

describe('when every step fails for good, before its effect and after it', () => {
  /** Those of a deletion that is cancelled or rejected. */
  const OF_OTHER_ENDS = ['ResumeWorkspace', 'AnnounceResumed', 'RejectEvent'];
  let stops: string[];

  beforeAll(async () => {
    await disturb(clients, steps, stopped, 'fatal before', 'fatal after');
    await withoutSchedules(clients, async () => {
      await ask(clients, 'TenantDeletionRequested', { tenantId: stopped, immediate: true });
      await eventually('the execution', async () => ((await executions(stopped)).length > 0 ? true : undefined));
      stops = await redriven(stopped);
    });
    operator = await operatorKubeConfig(clients);
  });

  it('the deletion stops there each time, and redrives complete it', async () => {
    const failures = await failuresOf(stopped);
    const times = new Map(
      steps.map(({ workflow, state, call }) => [`${workflow}.${state}`, call === 'Invoke' ? 2 : 1]),
    );
    const other = (step: string) => OF_OTHER_ENDS.some((state) => step.endsWith(`.${state}`));
    expect(missed((step) => other(step) || failedForGood(failures.get(step)) === times.get(step))).toEqual([]);
    expect(new Set(stops)).toEqual(
      new Set(
        steps
          .filter(({ workflow, state }) => workflow === 'deprovision-tenant' && !OF_OTHER_ENDS.includes(state))
          .map(({ state }) => state),
      ),
    );
  });

  it('each stop was told, the end once, and nothing is left', async () => {
    const told = stops.filter((step) => !UNTOLD.includes(step));
    const failed = said(stopped).filter((type) => type === 'TenantDeprovisioningFailed');
    expect(failed.length).toBeGreaterThanOrEqual(told.length);
    expect(said(stopped).filter((type) => type === 'TenantDeprovisioned')).toHaveLength(1);
    expect(belongingsIn(await world(clients, operator), stopped)).toEqual([]);
    expect(await members(clients, 'shared-1')).not.toContain(stopped);
    expect(new Set(Object.values(await ledger(clients, stopped)))).toEqual(new Set(['DELETED']));
    const record = await registered(clients, stopped);
    expect(record).toMatchObject({ state: 'DEPROVISIONED' });
    expect(record).not.toHaveProperty('failure');
  });
});

/** Steps of these workflows for which it does not hold. */
function missed(holds: (step: string) => boolean): string[] {
  const expected = steps.filter(({ state }) => !ELSEWHERE.includes(state));
  return expected.map(({ workflow, state }) => `${workflow}.${state}`).filter((step) => !holds(step));
}
