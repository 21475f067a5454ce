/** The whole service over HTTP, as an SDK sees it. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateActivityCommand,
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  GetActivityTaskCommand,
  GetExecutionHistoryCommand,
  ListMapRunsCommand,
  RedriveExecutionCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it } from 'vitest';
import { allowAllIdentity } from '../iam/identity.ts';
import { jumpingClock } from '../kernel/clocks.ts';
import { createCloud, type RunningCloud } from '../kernel/cloud.ts';
import { type Gateway, startGateway } from '../kernel/gateway.ts';
import type { Operation } from '../kernel/service.ts';
import { openStore } from '../kernel/sqlite-store.ts';
import { statesService } from './service.ts';

const ROLE = 'arn:aws:iam::111111111111:role/machine';
const open: { cloud: RunningCloud; gateway: Gateway }[] = [];

afterEach(async () => {
  for (const { cloud, gateway } of open.splice(0)) {
    await gateway.close();
    await cloud.stop();
  }
});

async function serve(options: { state?: string; invoke?: Operation['handle'] } = {}) {
  const cloud = createCloud({
    clock: jumpingClock(),
    store: openStore(options.state ?? ':memory:'),
    identity: (running) => allowAllIdentity(running.accountId),
  });
  const echo: Operation['handle'] = (input) => ({
    StatusCode: 200,
    ExecutedVersion: '$LATEST',
    Payload: input.Payload,
  });
  cloud.register({
    name: 'lambda',
    protocol: { kind: 'rest-json' },
    operations: { Invoke: { handle: options.invoke ?? echo } },
  });
  cloud.register(statesService(cloud));
  const gateway = await startGateway(cloud, 0);
  await cloud.start();
  open.push({ cloud, gateway });
  const client = new SFNClient({
    endpoint: cloud.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
    disableHostPrefix: true,
    maxAttempts: 1,
  });
  return { cloud, client };
}

type Served = Awaited<ReturnType<typeof serve>>;

async function create(client: SFNClient, name: string, states: object, more: { type?: 'EXPRESS' } = {}) {
  const definition = JSON.stringify({ StartAt: Object.keys(states)[0], QueryLanguage: 'JSONata', States: states });
  const { stateMachineArn } = await client.send(
    new CreateStateMachineCommand({ name, definition, roleArn: ROLE, ...more }),
  );
  return stateMachineArn;
}

/** The execution once it has ended. Asking all the time would keep a jumping clock from leaping. */
async function ended({ client, cloud }: Served, executionArn: string | undefined) {
  const over = new Promise<void>((resolve) => {
    cloud.on(({ type, detail }) => {
      const { executionArn: arn, status } = detail;
      if (type === 'states.execution' && arn === executionArn && status !== 'RUNNING') resolve();
    });
  });
  const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
  if (execution.status !== 'RUNNING') return execution;
  await over;
  return client.send(new DescribeExecutionCommand({ executionArn }));
}

async function eventTypes(client: SFNClient, executionArn: string | undefined) {
  const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
  return events.map(({ type }) => type);
}

const invoke = (more: object) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'f', Payload: '{% $states.input %}' },
  ...more,
});

describe('Step Functions over HTTP', () => {
  it('runs a task and a month of waiting, and shows them in the history', async () => {
    const served = await serve();
    const { client } = served;
    const stateMachineArn = await create(client, 'm', {
      Call: invoke({ Output: '{% $states.result.Payload %}', Next: 'Wait' }),
      Wait: { Type: 'Wait', Seconds: 30 * 24 * 3600, End: true },
    });
    const { executionArn, startDate } = await client.send(
      new StartExecutionCommand({ stateMachineArn, input: '{"a":1}' }),
    );
    const execution = await ended(served, executionArn);
    expect([execution.status, execution.output]).toEqual(['SUCCEEDED', '{"a":1}']);
    const days = (Number(execution.stopDate) - Number(startDate)) / (24 * 3600 * 1000);
    expect(days).toBeGreaterThanOrEqual(30);
    expect(await eventTypes(client, executionArn)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'WaitStateEntered',
      'WaitStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('runs machines within machines, and stops the child with the parent', async () => {
    const served = await serve();
    const { client } = served;
    const child = await create(client, 'child', { W: { Type: 'Wait', Seconds: 9, Output: { done: true }, End: true } });
    const sync = {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Arguments: { StateMachineArn: child, Input: { from: 'parent' } },
      Output: '{% $states.result.Output %}',
      End: true,
    };
    const stateMachineArn = await create(client, 'parent', { Nested: sync });
    const first = await client.send(new StartExecutionCommand({ stateMachineArn }));
    expect((await ended(served, first.executionArn)).output).toBe('{"done":true}');

    const endless = await create(client, 'endless', {
      T: invoke({ Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', End: true }),
    });
    const second = await create(client, 'parent2', {
      Nested: { ...sync, Arguments: { StateMachineArn: endless, Name: 'child' } },
    });
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn: second }));
    const childArn = `${endless?.replace(':stateMachine:', ':execution:')}:child`;
    await waitUntil(async () => (await eventTypes(client, childArn)).includes('TaskSubmitted'));
    await waitUntil(async () => (await eventTypes(client, executionArn)).includes('TaskSubmitted'));
    await client.send(new StopExecutionCommand({ executionArn }));
    expect((await ended(served, childArn)).status).toBe('ABORTED');
  });

  it('waits for its task token, which another function sends', async () => {
    let token = '';
    const served = await serve({
      invoke: (input) => {
        token = JSON.parse(String(input.Payload)).token;
        return { StatusCode: 200, Payload: Buffer.from('null') };
      },
    });
    const { client } = served;
    const stateMachineArn = await create(client, 'm', {
      Ask: invoke({
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Arguments: { FunctionName: 'f', Payload: { token: '{% $states.context.Task.Token %}' } },
        End: true,
      }),
    });
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn }));
    await waitUntil(async () => (await eventTypes(client, executionArn)).includes('TaskSubmitted'));
    await client.send(new SendTaskSuccessCommand({ taskToken: token, output: '{"yes":1}' }));
    expect((await ended(served, executionArn)).output).toBe('{"yes":1}');
    await expect(client.send(new SendTaskSuccessCommand({ taskToken: token, output: '{}' }))).rejects.toMatchObject({
      name: 'TaskTimedOut',
    });
  });

  it('gives activity tasks to a worker', async () => {
    const served = await serve();
    const { client } = served;
    const { activityArn } = await client.send(new CreateActivityCommand({ name: 'work' }));
    const stateMachineArn = await create(client, 'm', { A: { Type: 'Task', Resource: activityArn, End: true } });
    const polled = client.send(new GetActivityTaskCommand({ activityArn, workerName: 'w' }));
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, input: '[1]' }));
    const { taskToken, input } = await polled;
    expect(input).toBe('[1]');
    await client.send(new SendTaskSuccessCommand({ taskToken, output: '2' }));
    expect((await ended(served, executionArn)).output).toBe('2');
    expect(await eventTypes(client, executionArn)).toContain('ActivityStarted');
  });

  it('redrives a failed task with the same execution', async () => {
    let calls = 0;
    const served = await serve({
      invoke: () => {
        calls++;
        const failure = { errorType: 'Flaky', errorMessage: 'no' };
        return calls === 1
          ? { StatusCode: 200, FunctionError: 'Unhandled', Payload: Buffer.from(JSON.stringify(failure)) }
          : { StatusCode: 200, Payload: Buffer.from('"ok"') };
      },
    });
    const { client } = served;
    const stateMachineArn = await create(client, 'm', {
      Call: invoke({ Output: '{% $states.result.Payload %}', End: true }),
    });
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn }));
    expect(await ended(served, executionArn)).toMatchObject({ status: 'FAILED', error: 'Flaky' });
    await client.send(new RedriveExecutionCommand({ executionArn }));
    expect(await ended(served, executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '"ok"', redriveCount: 1 });
  });

  it('answers synchronous EXPRESS executions with their outcome', async () => {
    const served = await serve();
    const { client } = served;
    const stateMachineArn = await create(
      client,
      'm',
      { F: { Type: 'Fail', Error: 'E', Cause: 'C' } },
      { type: 'EXPRESS' },
    );
    const answer = await client.send(new StartSyncExecutionCommand({ stateMachineArn }));
    expect(answer).toMatchObject({ status: 'FAILED', error: 'E', cause: 'C' });
    expect(answer.billingDetails?.billedDurationInMilliseconds).toBe(100);
  });

  it('lists the Map Runs of an execution', async () => {
    const served = await serve();
    const { client } = served;
    const stateMachineArn = await create(client, 'm', {
      Each: {
        Type: 'Map',
        Items: [1, 2, 3],
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'P',
          States: { P: { Type: 'Pass', End: true } },
        },
        End: true,
      },
    });
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn }));
    expect((await ended(served, executionArn)).output).toBe('[1,2,3]');
    const { mapRuns = [] } = await client.send(new ListMapRunsCommand({ executionArn }));
    expect(mapRuns.map(({ stopDate }) => stopDate !== undefined)).toEqual([true]);
  });

  it('answers unknown executions with the error the SDK knows', async () => {
    const served = await serve();
    const { client } = served;
    const executionArn = 'arn:aws:states:us-east-1:111111111111:execution:m:none';
    await expect(client.send(new DescribeExecutionCommand({ executionArn }))).rejects.toBeInstanceOf(
      ExecutionDoesNotExist,
    );
  });

  it('goes on after a restart with what was running, nested executions and indexes included', async () => {
    const state = mkdtempSync(join(tmpdir(), 'states-'));
    const before = await serve({ state });
    const child = await create(before.client, 'child', {
      T: invoke({ Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', End: true }),
    });
    const stateMachineArn = await create(before.client, 'parent', {
      Nested: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Arguments: { StateMachineArn: child, Name: 'child' },
        Output: '{% $states.result.Output %}',
        End: true,
      },
    });
    const { executionArn } = await before.client.send(new StartExecutionCommand({ stateMachineArn, name: 'p' }));
    const childArn = `${child?.replace(':stateMachine:', ':execution:')}:child`;
    let token = '';
    await waitUntil(async () => (await eventTypes(before.client, childArn)).includes('TaskSubmitted'));
    await waitUntil(async () => (await eventTypes(before.client, executionArn)).includes('TaskSubmitted'));
    const rows = before.cloud.store.database.prepare('SELECT token FROM states_task_tokens').all();
    token = String(rows[0]?.['token']);
    for (const { cloud, gateway } of open.splice(0)) {
      await gateway.close();
      await cloud.stop();
    }

    const after = await serve({ state });
    expect((await after.client.send(new DescribeExecutionCommand({ executionArn }))).status).toBe('RUNNING');
    await after.client.send(new SendTaskSuccessCommand({ taskToken: token, output: '{"late":true}' }));
    expect((await ended(after, executionArn)).output).toBe('{"late":true}');
    const children = after.cloud.store.database.prepare('SELECT count(*) AS n FROM states_execution_index').get();
    expect(children?.['n']).toBe(2);
  });
});

/** Asks until it is so. */
async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()));
}
