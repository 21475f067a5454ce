import {
  CreateActivityCommand,
  GetActivityTaskCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it } from 'vitest';
import { create, ended, eventTypes, invoke, serve, stopServing, waitUntil } from './testing/served-states.ts';

afterEach(stopServing);

describe('a task that somebody else ends', () => {
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
});
