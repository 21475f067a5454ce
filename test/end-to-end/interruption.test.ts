import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BusListener, listen } from './support/bus-listener.ts';
import { connect } from './support/clients.ts';
import { endpoint } from './support/endpoint.ts';
import { eventually } from './support/eventually.ts';
import { currentState, ended, history, onboardings } from './support/executions.ts';
import { clearFaults, injectFault } from './support/faults.ts';
import { invoke } from './support/lambda.ts';
import { createTenant, freshTenant } from './support/product.ts';
import { ledger, registered } from './support/registry.ts';

const clients = connect(endpoint);
let bus: BusListener;

beforeAll(async () => {
  bus = await listen(clients);
});
afterEach(() => clearFaults(endpoint));
afterAll(() => bus.close());

/** Runs the function that a schedule starts every minute: nothing here makes a minute pass. */
const repairGates = () => invoke(endpoint, 'tenantry-repair-gates');

const standingIn = (tenantId: string, state: string) =>
  eventually(`${tenantId} in ${state}`, async () => {
    for (const { arn, status } of await onboardings(clients, tenantId))
      if (status === 'RUNNING' && (await currentState(clients, arn)) === state) return arn;
    return undefined;
  });

describe('an onboarding that is stopped', () => {
  it('is announced as interrupted, and a new event adopts what exists and completes it', async () => {
    const tenant = freshTenant('stopped');
    // Retries at the ledger keep it in the middle of its way.
    await injectFault(endpoint, { service: 'eks', operation: 'CreateAccessEntry', kind: 'throttle', count: 100 });
    await createTenant(clients, tenant);
    const executionArn = await standingIn(tenant, 'AcquirePlacement');
    await eventually('the foundation', async () =>
      (await ledger(clients, tenant))[`foundation tenantry-foundation-${tenant}`] === 'CREATED' ? true : undefined,
    );
    await clients.stepFunctions.send(
      new StopExecutionCommand({ executionArn, error: 'Operator.Stopped', cause: 'by hand' }),
    );
    const { detail } = await bus.heard('TenantOnboardingFailed', tenant);
    expect(detail.data).toMatchObject({ outcome: 'interrupted', error: 'Operator.Stopped', retryable: true });
    expect(await registered(clients, tenant)).toMatchObject({ state: 'INTERRUPTED' });
    await clearFaults(endpoint);

    const operationId = await createTenant(clients, tenant);
    await eventually('the second execution', async () =>
      (await onboardings(clients, tenant)).length === 2 ? true : undefined,
    );
    // Takes the dead one out of the gate, unless the schedule has done so.
    await repairGates();
    const ready = await bus.heard('TenantReady', tenant);
    expect(ready.detail.data.operationId).toBe(operationId);
    expect(new Set(Object.values(await ledger(clients, tenant)))).toEqual(new Set(['CREATED']));
  });
});

describe('the gate', () => {
  it('a waiter whose wake-up was lost, because who was inside vanished, is woken by the repair', async () => {
    const tenant = freshTenant('ghost');
    const ghost = {
      executionArn: `arn:aws:states:us-east-1:111111111111:execution:tenantry-onboard-tenant:${tenant}-0000000000000000`,
      since: '2026-11-22T00:00:00.000Z',
    };
    const gate = `tenant#${tenant}`;
    await clients.table.send(
      new PutCommand({
        TableName: 'tenantry-registry',
        Item: { pk: `GATE#${gate}`, sk: 'GATE', entity: 'GATE', gate, holders: { 'operation-of-a-ghost': ghost } },
      }),
    );
    await createTenant(clients, tenant);
    const executionArn = await eventually('its execution', async () => (await onboardings(clients, tenant))[0]?.arn);
    await eventually('its place in the queue', async () => await currentState(clients, executionArn));
    await repairGates();
    await bus.heard('TenantReady', tenant);
    expect(await ended(clients, executionArn)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it.each(['lose-response', 'fail-before'] as const)(
    'lets in one at a time, even when a wake-up meets a %s',
    async (kind) => {
      const tenant = freshTenant('turns');
      await injectFault(endpoint, { service: 'states', operation: 'SendTaskSuccess', kind });
      await createTenant(clients, tenant);
      await standingIn(tenant, 'AcquirePlacement');
      await createTenant(clients, tenant);
      await bus.heard('TenantReady', tenant);
      await bus.heard('TenantEventRejected', tenant);
      const executions = await onboardings(clients, tenant);
      const times = await Promise.all(
        executions.map(async ({ arn }) => {
          await ended(clients, arn);
          const events = await history(clients, arn);
          const at = (type: string, state: RegExp) =>
            events
              .find(
                (event) =>
                  event.type === type &&
                  state.test(event.stateEnteredEventDetails?.name ?? event.stateExitedEventDetails?.name ?? ''),
              )
              ?.timestamp?.getTime() ?? Number.NaN;
          return { admitted: at('TaskStateExited', /^Admit$/), left: at('TaskStateEntered', /^LeaveGate/) };
        }),
      );
      const [first, second] = times.sort((a, b) => a.admitted - b.admitted);
      expect(times).toHaveLength(2);
      expect(second?.admitted).toBeGreaterThanOrEqual(first?.left ?? Number.POSITIVE_INFINITY);
    },
  );
});
