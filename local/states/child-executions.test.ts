import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeExecutionCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it } from 'vitest';
import { create, ended, eventTypes, invoke, serve, stopServing, waitUntil } from './testing/served-states.ts';

afterEach(stopServing);

describe('an execution within an execution', () => {
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
    await stopServing();

    const after = await serve({ state });
    expect((await after.client.send(new DescribeExecutionCommand({ executionArn }))).status).toBe('RUNNING');
    await after.client.send(new SendTaskSuccessCommand({ taskToken: token, output: '{"late":true}' }));
    expect((await ended(after, executionArn)).output).toBe('{"late":true}');
    const children = after.cloud.store.database.prepare('SELECT count(*) AS n FROM states_execution_index').get();
    expect(children?.['n']).toBe(2);
  });
});
