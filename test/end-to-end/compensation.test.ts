import { RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import type { KubeConfig } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BusListener, listen } from './support/bus-listener.ts';
import { connect } from './support/clients.ts';
import { endpoint } from './support/endpoint.ts';
import { ended, onboardings } from './support/executions.ts';
import { clearFaults, type Fault, injectFault, pendingFaults } from './support/faults.ts';
import { inventory } from './support/inventory.ts';
import { operatorKubeConfig } from './support/kubernetes.ts';
import { createTenant, freshTenant } from './support/product.ts';
import { ledger, registered } from './support/registry.ts';

const clients = connect(endpoint);
let bus: BusListener;
let operator: KubeConfig;

beforeAll(async () => {
  bus = await listen(clients);
  operator = await operatorKubeConfig(clients);
  // The first tenant of a cluster writes the cluster's baseline; faults below are about tenants.
  const first = freshTenant('first');
  await createTenant(clients, first);
  await bus.heard('TenantReady', first);
});
afterEach(() => clearFaults(endpoint));
afterAll(() => bus.close());

const deny = (service: string, operation: string, after = 0): Fault => ({ service, operation, kind: 'deny', after });

/** Where, the fault, and the class of the error that the event names. */
const fatal: [step: string, what: string, fault: Fault, error: string][] = [
  ['EnsureFoundation', 'before the stack', deny('cloudformation', 'CreateStack'), 'AwsAccessDenied'],
  ['EnsureFoundation', 'after the stack was begun', deny('cloudformation', 'DescribeStacks', 1), 'AwsAccessDenied'],
  ['EnsureFoundation', 'in the stack, at the role', deny('iam', 'CreateRole'), 'StackFailed'],
  ['EnsureFoundation', 'in the stack, after the role', deny('budgets', 'CreateBudget'), 'StackFailed'],
  ['EnsureClusterAccess', 'before the access entry', deny('eks', 'CreateAccessEntry'), 'AwsAccessDenied'],
  [
    'EnsureClusterAccess',
    'after the access entry',
    {
      service: 'eks',
      operation: 'CreateAccessEntry',
      kind: 'fail-after',
      error: { code: 'InvalidRequestException', message: 'No.', status: 400 },
    },
    'AwsRejected',
  ],
  ['ProveIsolation', 'when all is made', deny('sts', 'AssumeRole'), 'AwsAccessDenied'],
];

describe('a failure that trying again does not cure', () => {
  it.each(fatal)('at %s, %s, is undone and announced', async (step, _what, fault, error) => {
    const tenant = freshTenant('fails');
    const before = await inventory(clients, operator);
    await injectFault(endpoint, fault);
    await createTenant(clients, tenant);
    const { detail } = await bus.heard('TenantOnboardingFailed', tenant);
    expect(detail.data).toMatchObject({ step, error, retryable: false, outcome: 'released' });
    const [execution] = await onboardings(clients, tenant);
    expect(detail.data.executionArn).toBe(execution?.arn);
    expect(await ended(clients, execution?.arn ?? '')).toMatchObject({ status: 'FAILED', error });
    expect(await inventory(clients, operator)).toEqual(before);
    expect(await registered(clients, tenant)).toMatchObject({ state: 'ONBOARDING_FAILED' });
    expect(new Set(Object.values(await ledger(clients, tenant)))).toEqual(new Set(['DELETED']));
    expect(await pendingFaults(endpoint)).toEqual([]);
    expect(bus.about(tenant)).toHaveLength(1);
  });

  it('leaves the id free: a new event of the same source onboards it', async () => {
    const tenant = freshTenant('second-try');
    await injectFault(endpoint, deny('eks', 'CreateAccessEntry'));
    await createTenant(clients, tenant);
    await bus.heard('TenantOnboardingFailed', tenant);
    await createTenant(clients, tenant);
    await bus.heard('TenantReady', tenant);
    expect(await registered(clients, tenant)).toMatchObject({ state: 'READY' });
  });
});

const passing: [what: string, fault: Fault][] = [
  [
    'a CreateStack whose answer was lost',
    { service: 'cloudformation', operation: 'CreateStack', kind: 'lose-response' },
  ],
  [
    'a CreateStack that was throttled eight times',
    { service: 'cloudformation', operation: 'CreateStack', kind: 'throttle', count: 8 },
  ],
  [
    'a CreateAccessEntry whose answer was lost',
    { service: 'eks', operation: 'CreateAccessEntry', kind: 'lose-response' },
  ],
  [
    'an access entry that was made and answered with a failure',
    { service: 'eks', operation: 'CreateAccessEntry', kind: 'fail-after', count: 4 },
  ],
  [
    'a DescribeCluster that failed four times',
    { service: 'eks', operation: 'DescribeCluster', kind: 'fail-before', count: 4 },
  ],
  ['a ledger that failed five times', { service: 'dynamodb', operation: 'UpdateItem', kind: 'fail-before', count: 5 }],
  [
    'a ledger write whose answer was lost',
    { service: 'dynamodb', operation: 'UpdateItem', kind: 'lose-response', count: 2 },
  ],
  [
    'a registration whose answer was lost',
    { service: 'dynamodb', operation: 'PutItem', kind: 'lose-response', count: 4 },
  ],
  ['a start whose answer was lost', { service: 'states', operation: 'StartExecution', kind: 'lose-response' }],
  ['an STS that failed four times', { service: 'sts', operation: 'AssumeRole', kind: 'fail-before', count: 4 }],
];

describe('a failure that passes', () => {
  it.each(passing)('%s does not keep the tenant from getting ready', async (_what, fault) => {
    const tenant = freshTenant('passes');
    await injectFault(endpoint, fault);
    await createTenant(clients, tenant);
    await bus.heard('TenantReady', tenant);
    expect(await onboardings(clients, tenant)).toHaveLength(1);
    expect(new Set(Object.values(await ledger(clients, tenant)))).toEqual(new Set(['CREATED']));
    expect(await pendingFaults(endpoint)).toEqual([]);
  });

  it('a TenantReady whose answer was lost may come twice, but is the same event', async () => {
    const tenant = freshTenant('repeats');
    await createTenant(clients, tenant);
    // Some hit what Step Functions says of its executions; the others the three tries of the announcement.
    await injectFault(endpoint, { service: 'events', operation: 'PutEvents', kind: 'lose-response', count: 6 });
    await bus.heard('TenantReady', tenant);
    const [execution] = await onboardings(clients, tenant);
    expect(await ended(clients, execution?.arn ?? '')).toMatchObject({ status: 'SUCCEEDED' });
    await bus.find('second TenantReady', () => bus.about(tenant).length > 1);
    const ids = bus.about(tenant).map((event) => event.detail.metadata.id);
    expect(new Set(ids).size).toBe(1);
  });
});

describe('a compensation that fails', () => {
  it('is announced, keeps the tenant’s gate, and is completed by a redrive', async () => {
    const tenant = freshTenant('stuck');
    const before = await inventory(clients, operator);
    await injectFault(endpoint, deny('eks', 'CreateAccessEntry'));
    await injectFault(endpoint, deny('cloudformation', 'DeleteStack'));
    await createTenant(clients, tenant);
    const failed = await bus.heard('TenantOnboardingFailed', tenant);
    expect(failed.detail.data).toMatchObject({ outcome: 'compensation-failed', retryable: true });
    expect(await registered(clients, tenant)).toMatchObject({ state: 'COMPENSATION_FAILED' });
    expect(await inventory(clients, operator)).not.toEqual(before);

    const [execution] = await onboardings(clients, tenant);
    const executionArn = execution?.arn ?? '';
    expect(execution?.status).toBe('FAILED');
    await clients.stepFunctions.send(new RedriveExecutionCommand({ executionArn }));
    await bus.find(
      'the end of the compensation',
      ({ detail }) => detail.data.tenantId === tenant && detail.data.outcome === 'released',
    );
    await ended(clients, executionArn);
    expect(await registered(clients, tenant)).toMatchObject({ state: 'ONBOARDING_FAILED' });
    expect(await inventory(clients, operator)).toEqual(before);

    await createTenant(clients, tenant);
    await bus.heard('TenantReady', tenant);
  });
});
