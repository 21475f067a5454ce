/** The whole service over HTTP, as an SDK sees it. */
import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  ListMapRunsCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
  StartSyncExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it } from 'vitest';
import { create, ended, eventTypes, invoke, serve, stopServing } from './testing/served-states.ts';

afterEach(stopServing);

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
});
