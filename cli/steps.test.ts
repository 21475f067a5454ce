import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { expect, it } from 'vitest';
import type { CloudEvent } from '../local/kernel/service.ts';
import { stepsOf } from './steps.ts';
import { stepLines } from './up/step-lines.ts';

const arn = (workflow: string) => `arn:aws:states:us-east-1:111111111111:execution:tenantry-${workflow}:one`;
const at = (seconds: number) => new Date(1_800_000_000_000 + seconds * 1_000);
const entered = (name: string, seconds: number) => ({
  type: 'TaskStateEntered',
  timestamp: at(seconds),
  stateEnteredEventDetails: { name },
});
const exited = (name: string, seconds: number) => ({
  type: 'TaskStateExited',
  timestamp: at(seconds),
  stateExitedEventDetails: { name },
});
const scheduled = (resource: string, parameters: object) => ({
  type: 'TaskScheduled',
  timestamp: at(0),
  taskScheduledEventDetails: {
    resourceType: 'lambda',
    resource,
    region: 'us-east-1',
    parameters: JSON.stringify(parameters),
  },
});
const submitted = (workflow: string) => ({
  type: 'TaskSubmitted',
  timestamp: at(1),
  taskSubmittedEventDetails: {
    resourceType: 'states',
    resource: 'startExecution.sync:2',
    output: JSON.stringify({ ExecutionArn: arn(workflow) }),
  },
});
const atGate = scheduled('invoke.waitForTaskToken', { Payload: { gate: 'account-creation', taskToken: 'token' } });

function client(histories: Record<string, object[]>) {
  const send = async ({ input }: { input: { executionArn: string } }) => ({
    events: histories[input.executionArn] as HistoryEvent[],
  });
  return { send } as unknown as Parameters<typeof stepsOf>[0];
}

const histories = (gate: object[]) => ({
  [arn('onboard-tenant')]: [entered('AcquirePlacement', 0), submitted('acquire-placement')],
  [arn('acquire-placement')]: [entered('VendAccount', 1), submitted('vend-account')],
  [arn('vend-account')]: [
    entered('PlanAccount', 1),
    exited('PlanAccount', 2),
    entered('EnterCreationGate', 2),
    ...gate,
  ],
});

it('shows the steps of workflows within workflows, and who waits at which gate', async () => {
  const steps = await stepsOf(client(histories([atGate])), arn('onboard-tenant'));
  expect(steps.map(({ depth, state, status, waitsAt }) => [depth, state, status, waitsAt])).toEqual([
    [0, 'AcquirePlacement', 'running', undefined],
    [1, 'VendAccount', 'running', undefined],
    [2, 'PlanAccount', 'succeeded', undefined],
    [2, 'EnterCreationGate', 'running', 'account-creation'],
  ]);
  expect(steps.at(-1)?.workflow).toBe('tenantry-vend-account');
});

it('only Admit waits for the turn of a tenant; who waits for the product waits at no gate', async () => {
  const waiting = (state: string) => [
    entered(state, 0),
    {
      type: 'TaskScheduled',
      timestamp: at(0),
      taskScheduledEventDetails: {
        resource: 'invoke.waitForTaskToken',
        parameters: JSON.stringify({ Payload: { tenantId: 'acme' } }),
      },
    },
  ];
  const waitsAt = async (state: string) =>
    (await stepsOf(client({ [arn('change-tier')]: waiting(state) }), arn('change-tier')))[0]?.waitsAt;
  expect(await waitsAt('Admit')).toBe('operations of acme');
  expect(await waitsAt('RequestMigration')).toBeUndefined();
});

it('nobody waits who was let in', async () => {
  const letIn = [atGate, { type: 'TaskSucceeded', timestamp: at(60) }, exited('EnterCreationGate', 60)];
  const steps = await stepsOf(client(histories(letIn)), arn('onboard-tenant'));
  expect(steps.at(-1)).toMatchObject({ status: 'succeeded', milliseconds: 58_000 });
  expect(steps.at(-1)).not.toHaveProperty('waitsAt');
});

it('names for whom an account is vended, and the gate', () => {
  const lines: string[] = [];
  const tell = stepLines((line) => lines.push(line));
  const events = (workflow: string, input: object, ...rest: { timestamp: Date }[]) =>
    tell({
      type: 'states.history',
      detail: {
        executionArn: arn(workflow),
        name: 'a1b2',
        events: [
          { type: 'ExecutionStarted', timestamp: 0, executionStartedEventDetails: { input: JSON.stringify(input) } },
          ...rest.map((event) => ({ ...event, timestamp: event.timestamp.getTime() })),
        ],
      },
    } as unknown as CloudEvent);
  events(
    'vend-account',
    { accountName: 'tenantry-3f9a', reservedFor: 'acme' },
    entered('EnterCreationGate', 0),
    atGate,
  );
  events('vend-account', { accountName: 'tenantry-77aa' }, entered('PlanAccount', 0), exited('PlanAccount', 2));
  expect(lines.map((line) => line.split(/\s{2,}|(?<=account) /))).toEqual([
    ['acme', 'vend-account', 'at the gate account-creation'],
    ['77aa', 'vend-account', 'PlanAccount', '2.00 s'],
  ]);
});
