import { RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BusListener, drain, listen } from './support/bus-listener.ts';
import { connect } from './support/clients.ts';
import {
  type DeployedTemplate,
  deploy,
  deployedTemplate,
  statementOf,
  withoutStatement,
} from './support/deployed-template.ts';
import { endpoint } from './support/endpoint.ts';
import { eventually } from './support/eventually.ts';
import { ended, onboardings } from './support/executions.ts';
import { injectFault } from './support/faults.ts';
import { ask, createTenant, freshTenant } from './support/product.ts';
import { ledger, registered } from './support/registry.ts';

const clients = connect(endpoint);
const UNDELIVERABLE = 'http://sqs.us-east-1.amazonaws.com/111111111111/tenantry-undeliverable-events';

let bus: BusListener;
let whole: DeployedTemplate;

beforeAll(async () => {
  bus = await listen(clients);
  whole = await deployedTemplate(clients);
});
afterAll(async () => {
  await deploy(clients, whole);
  await bus.close();
});

/** All actions of the statement that allows this one: CDK puts those on the same resources together. */
const removed = (step: string, action: string) => statementOf(whole, step, action).flatMap(({ Action }) => Action);

describe('without one statement of the synthesized template the run fails, and the failure names the action', () => {
  it.each([
    ['EnsureFoundation', 'cloudformation:CreateStack', 'AwsAccessDenied', 'released'],
    ['EnsureClusterAccess', 'eks:CreateAccessEntry', 'AwsAccessDenied', 'released'],
    ['ProveIsolation', 'sts:AssumeRole', 'NotYetConsistent', 'released'],
    ['ActivateTenant', 'dynamodb:UpdateItem', 'AwsAccessDenied', 'interrupted'],
  ])('%s without %s', async (step, action, error, outcome) => {
    const tenant = freshTenant('denied');
    await deploy(clients, withoutStatement(whole, step, action));
    await createTenant(clients, tenant);
    const { detail } = await bus.heard('TenantOnboardingFailed', tenant);
    expect(detail.data).toMatchObject({ step, error, outcome });
    const denied = detail.data.message.match(/not authorized to perform: (\S+)/)?.[1];
    expect(removed(step, action), detail.data.message).toContain(denied);
  });

  it('AnnounceReady without events:PutEvents: the tenant stays ready, and a redrive announces it', async () => {
    const tenant = freshTenant('untold');
    await deploy(clients, withoutStatement(whole, 'AnnounceReady', 'events:PutEvents'));
    await createTenant(clients, tenant);
    const { detail } = await bus.heard('TenantOnboardingFailed', tenant);
    expect(detail.data).toMatchObject({ step: 'AnnounceReady', error: 'AwsAccessDenied', outcome: 'interrupted' });
    expect(detail.data.message).toContain('events:PutEvents');
    expect(await registered(clients, tenant)).toMatchObject({ state: 'READY' });
    await deploy(clients, whole);
    await clients.stepFunctions.send(new RedriveExecutionCommand({ executionArn: detail.data.executionArn }));
    await bus.heard('TenantReady', tenant);
    expect(await ended(clients, detail.data.executionArn)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('AnnounceFailed without events:PutEvents: it is said all the same, and a redrive announces the cause', async () => {
    const tenant = freshTenant('untold');
    await deploy(clients, withoutStatement(whole, 'AnnounceFailed', 'events:PutEvents'));
    await injectFault(endpoint, { service: 'eks', operation: 'CreateAccessEntry', kind: 'deny' });
    await createTenant(clients, tenant);
    const { detail } = await bus.heard('TenantOnboardingFailed', tenant);
    expect(detail.data).toMatchObject({ step: 'AnnounceFailed', outcome: 'compensation-failed' });
    await deploy(clients, whole);
    await clients.stepFunctions.send(new RedriveExecutionCommand({ executionArn: detail.data.executionArn }));
    const told = await bus.find(
      'the announcement',
      (event) => event.detail.data.tenantId === tenant && event.detail.data.outcome === 'released',
    );
    expect(told.detail.data).toMatchObject({ step: 'EnsureClusterAccess', error: 'AwsAccessDenied' });
    await ended(clients, detail.data.executionArn);
    expect(await registered(clients, tenant)).toMatchObject({ state: 'ONBOARDING_FAILED' });
  });

  it('receive-event without states:StartExecution: the event is kept in the dead-letter queue', async () => {
    const tenant = freshTenant('denied');
    await deploy(clients, withoutStatement(whole, 'ReceiveEvent', 'states:StartExecution'));
    await drain(clients, UNDELIVERABLE);
    await createTenant(clients, tenant);
    const kept = await eventually('the event in the dead-letter queue', async () => {
      const { Messages = [] } = await clients.queues.send(
        new ReceiveMessageCommand({ QueueUrl: UNDELIVERABLE, MessageAttributeNames: ['All'], WaitTimeSeconds: 1 }),
      );
      return Messages.find(({ Body = '' }) => Body.includes(tenant));
    });
    expect(kept.MessageAttributes?.['ErrorMessage']?.StringValue).toContain('states:StartExecution');
    expect(await onboardings(clients, tenant)).toEqual([]);
  });

  it('ExportWorkspace without the use of the key: nothing is released, and a redrive goes on', async () => {
    const tenant = freshTenant('unread');
    await deploy(clients, withoutStatement(whole, 'ExportWorkspace', 'kms:GenerateDataKey'));
    await createTenant(clients, tenant);
    await bus.heard('TenantReady', tenant);
    await ask(clients, 'TenantDeletionRequested', { tenantId: tenant, immediate: true });
    const { detail } = await bus.heard('TenantDeprovisioningFailed', tenant);
    expect(detail.data).toMatchObject({ step: 'ExportWorkspace', error: 'AwsAccessDenied' });
    expect(detail.data.message).toContain('not authorized to perform: kms:GenerateDataKey');
    // Its access went with the suspension.
    expect(await ledger(clients, tenant)).toMatchObject({
      [`workspace tenant-${tenant}`]: 'CREATED',
      [`foundation tenantry-foundation-${tenant}`]: 'CREATED',
    });
    await deploy(clients, whole);
    await clients.stepFunctions.send(new RedriveExecutionCommand({ executionArn: detail.data.executionArn }));
    await bus.heard('TenantDeprovisioned', tenant);
  });

  it('with all of them it succeeds', async () => {
    const tenant = freshTenant('allowed');
    await deploy(clients, whole);
    await createTenant(clients, tenant);
    await bus.heard('TenantReady', tenant);
  });
});
