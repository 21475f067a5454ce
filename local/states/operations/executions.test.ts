import { describe, expect, it } from 'vitest';
import { ACCOUNT, PASS, ROLE, testStates } from '../test-states.ts';

const MACHINE = `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:orders`;
const EXECUTION = `arn:aws:states:us-east-1:${ACCOUNT}:execution:orders`;

async function orders(services = {}) {
  const states = await testStates(services);
  await states.call('CreateStateMachine', { name: 'orders', definition: PASS, roleArn: ROLE });
  return states;
}

describe('executions', () => {
  it('answers a repeated start with the running execution, and refuses it once closed or with another input', async () => {
    const { call, end, cloud } = await orders();
    const start = { stateMachineArn: MACHINE, name: 'one', input: '{"a":1}' };
    const first = await call('StartExecution', start);
    expect(first.executionArn).toBe(`${EXECUTION}:one`);
    expect(await call('StartExecution', start)).toEqual(first);
    const exists = { code: 'ExecutionAlreadyExists', message: `Execution Already Exists: '${EXECUTION}:one'` };
    await expect(call('StartExecution', { ...start, input: '{}' })).rejects.toMatchObject(exists);
    end(`${EXECUTION}:one`, { output: '{}' });
    await expect(call('StartExecution', start)).rejects.toMatchObject(exists);
    await cloud.clock.sleep(91 * 24 * 3600 * 1000);
    expect((await call('StartExecution', start)).executionArn).toBe(first.executionArn);
  });

  it.each([
    [{ stateMachineArn: 'orders' }, 'InvalidArn', "Invalid Arn: 'Invalid ARN prefix: orders'"],
    [
      { stateMachineArn: `${EXECUTION}:one` },
      'InvalidArn',
      "Invalid Arn: 'Resource type not valid in this context: execution'",
    ],
    [{ stateMachineArn: `${MACHINE}2` }, 'StateMachineDoesNotExist', `State Machine Does Not Exist: '${MACHINE}2'`],
    [{ input: '{"a":' }, 'InvalidExecutionInput', /^Invalid State Machine Execution Input: '/],
    [{ input: 'ä'.repeat(140_000) }, 'InvalidExecutionInput', /exceeds 262144 bytes/],
    [{ input: 'a'.repeat(262_145) }, 'ValidationException', /length less than or equal to 262144/],
    [{ name: 'a:b' }, 'InvalidName', "Invalid Name: 'a:b'"],
    [{ stateMachineArn: `${MACHINE}#Happy` }, 'InvalidName', /no mock configuration/],
  ])('refuses to start %j', async (change, code, message) => {
    const { call } = await orders();
    await expect(call('StartExecution', { stateMachineArn: MACHINE, ...change })).rejects.toMatchObject({
      code,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });

  it('lists newest first, by status, in pages that new executions do not disturb', async () => {
    const { call, end } = await orders();
    for (let number = 1; number <= 5; number++) {
      await call('StartExecution', { stateMachineArn: MACHINE, name: `e${number}` });
    }
    end(`${EXECUTION}:e2`, { status: 'FAILED', error: 'Boom', cause: 'why' });
    const page = await call('ListExecutions', { stateMachineArn: MACHINE, maxResults: 2 });
    await call('StartExecution', { stateMachineArn: MACHINE, name: 'e6' });
    const rest = await call('ListExecutions', { stateMachineArn: MACHINE, nextToken: page.nextToken });
    const names = (answer: Record<string, unknown>) =>
      (answer.executions as { name: string }[]).map(({ name }) => name);
    expect([names(page), names(rest)]).toEqual([
      ['e5', 'e4'],
      ['e3', 'e2', 'e1'],
    ]);
    const failed = await call('ListExecutions', { stateMachineArn: MACHINE, statusFilter: 'FAILED' });
    expect(names(failed)).toEqual(['e2']);
    await expect(call('ListExecutions', { stateMachineArn: MACHINE, statusFilter: 'DONE' })).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining('enum value set'),
    });
  });

  it('pages through a history both ways', async () => {
    const { call } = await orders();
    const { executionArn } = await call('StartExecution', { stateMachineArn: MACHINE });
    for (const reverseOrder of [false, true]) {
      const ids: number[] = [];
      let nextToken: unknown;
      do {
        const page = await call('GetExecutionHistory', { executionArn, maxResults: 2, reverseOrder, nextToken });
        ids.push(...(page.events as { id: number }[]).map(({ id }) => id));
        nextToken = page.nextToken;
      } while (nextToken);
      expect(ids).toEqual(reverseOrder ? [3, 2, 1] : [1, 2, 3]);
    }
    const bare = await call('GetExecutionHistory', { executionArn, maxResults: 1, includeExecutionData: false });
    expect((bare.events as object[])[0]).toMatchObject({ executionStartedEventDetails: {} });
  });

  it('stops, and redrives what AWS lets redrive', async () => {
    const { call, end, cloud, redriven } = await orders();
    const { executionArn } = await call('StartExecution', { stateMachineArn: MACHINE });
    await expect(call('RedriveExecution', { executionArn })).rejects.toMatchObject({
      code: 'ExecutionNotRedrivable',
      message: 'Execution is RUNNING and cannot be redriven',
    });
    await call('StopExecution', { executionArn, error: 'E', cause: 'C' });
    expect(await call('DescribeExecution', { executionArn })).toMatchObject({
      status: 'ABORTED',
      error: 'E',
      cause: 'C',
      redriveStatus: 'REDRIVABLE',
    });
    const first = await call('RedriveExecution', { executionArn, clientToken: 't' });
    expect(await call('RedriveExecution', { executionArn, clientToken: 't' })).toEqual(first);
    expect(redriven).toEqual([[executionArn, 1]]);
    end(String(executionArn), { status: 'FAILED' });
    await cloud.clock.sleep(15 * 24 * 3600 * 1000);
    expect(await call('DescribeExecution', { executionArn })).toMatchObject({
      redriveCount: 1,
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution redrivable period exceeded',
    });
  });

  it('refuses made-up task tokens', async () => {
    const { call } = await orders();
    const invalid = { code: 'InvalidToken', message: "Invalid Token: 'Invalid token'" };
    await expect(call('SendTaskSuccess', { taskToken: 'x', output: '{}' })).rejects.toMatchObject(invalid);
    await expect(call('SendTaskSuccess', { taskToken: 'x', output: '{' })).rejects.toMatchObject({
      code: 'InvalidOutput',
    });
    await expect(call('SendTaskHeartbeat', { taskToken: 'late' })).rejects.toMatchObject({
      code: 'TaskTimedOut',
      message: "Task Timed Out: 'Provided task does not exist anymore'",
    });
    expect(await call('SendTaskSuccess', { taskToken: 'open', output: '1' })).toEqual({});
  });

  it('answers a synchronous EXPRESS execution with its outcome, and refuses STANDARD machines', async () => {
    const { call, end } = await orders();
    await expect(call('StartSyncExecution', { stateMachineArn: MACHINE })).rejects.toMatchObject({
      code: 'StateMachineTypeNotSupported',
    });
    await call('CreateStateMachine', { name: 'fast', definition: PASS, roleArn: ROLE, type: 'EXPRESS' });
    const stateMachineArn = MACHINE.replace('orders', 'fast');
    const { executionArn } = await call('StartExecution', { stateMachineArn });
    expect(executionArn).toMatch(/:express:fast:[^:]+:[^:]+$/);
    await expect(call('DescribeExecution', { executionArn })).rejects.toMatchObject({
      message: "Invalid Arn: 'Resource type not valid in this context: express'",
    });
    end(String(executionArn), {});
  });

  it('puts status changes on the default bus as AWS words them', async () => {
    const put: { Entries: { Detail: string }[] }[] = [];
    const { call, end, cloud } = await orders({
      events: {
        PutEvents: (input: { Entries: { Detail: string }[] }) => {
          put.push(input);
          return { FailedEntryCount: 0, Entries: [] };
        },
      },
    });
    const { executionArn } = await call('StartExecution', { stateMachineArn: MACHINE, input: '{"a":1}' });
    end(String(executionArn), { output: '{"b":2}' });
    await cloud.clock.sleep(1);
    const details = put.flatMap(({ Entries }) => Entries.map(({ Detail }) => JSON.parse(Detail)));
    expect(details.map(({ status, output, stopDate }) => [status, output, stopDate === null])).toEqual([
      ['RUNNING', null, true],
      ['SUCCEEDED', '{"b":2}', false],
    ]);
  });
});
