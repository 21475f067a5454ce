import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../kernel/errors.ts';
import { ACCOUNT, PASS, ROLE, testStates } from '../test-states.ts';

const FUNCTION = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:step`;

function lambda(answer: (input: { Payload?: Uint8Array }) => unknown) {
  return { lambda: { Invoke: answer } };
}

const ok = (payload: unknown) => ({
  StatusCode: 200,
  ExecutedVersion: '$LATEST',
  Payload: Buffer.from(JSON.stringify(payload)),
});

describe('Lambda tasks', () => {
  it('hands the input to a function ARN and its result back, as the role of the machine', async () => {
    const { run, calls } = await testStates(lambda(({ Payload }) => ok({ got: JSON.parse(String(Payload)) })));
    const reported = await run({ resource: FUNCTION, parameters: { a: 1 } });
    expect(reported).toEqual([['started'], ['succeeded', { got: { a: 1 } }]]);
    expect(calls[0]?.caller).toMatchObject({ kind: 'role', roleArn: ROLE });
  });

  it('wraps the result of lambda:invoke as the Invoke API answers', async () => {
    const { run } = await testStates(lambda(() => ok('hi')));
    const resource = 'arn:aws:states:::lambda:invoke';
    const [, succeeded] = await run({ resource, parameters: { FunctionName: FUNCTION, Payload: {} } });
    const output = succeeded?.[1] as Record<string, { HttpHeaders?: Record<string, string> }>;
    expect(Object.keys(output)).toEqual([
      'ExecutedVersion',
      'Payload',
      'SdkHttpMetadata',
      'SdkResponseMetadata',
      'StatusCode',
    ]);
    expect(output).toMatchObject({ ExecutedVersion: '$LATEST', Payload: 'hi', StatusCode: 200 });
    expect(output['SdkHttpMetadata']?.HttpHeaders).toMatchObject({ 'Content-Length': '4' });
  });

  it.each([
    [{ errorType: 'OutOfStock', errorMessage: 'none left' }, 'OutOfStock', /^\{"errorType":"OutOfStock"/],
    [{ errorMessage: 'boom' }, 'Lambda.Unknown', /did not return an error type\. Returned payload: \{"errorMessage"/],
  ])('names the error of a function that failed with %j', async (payload, error, cause) => {
    const { run } = await testStates(lambda(() => ({ ...ok(payload), FunctionError: 'Unhandled' })));
    const [, failed] = await run({ resource: FUNCTION });
    expect(failed).toEqual(['failed', error, expect.stringMatching(cause), 'run']);
  });

  it.each([
    ['ResourceNotFoundException', 404, 'Lambda.ResourceNotFoundException'],
    ['TooManyRequestsException', 429, 'Lambda.TooManyRequestsException'],
    ['ServiceException', 500, 'Lambda.ServiceException'],
    ['AccessDeniedException', 403, 'Lambda.AWSLambdaException'],
  ])('names %s of the service %s', async (code, status, error) => {
    const { run } = await testStates(
      lambda(() => {
        throw new AwsError(code, 'No.', { status });
      }),
    );
    const [, failed] = await run({ resource: 'arn:aws:states:::lambda:invoke', parameters: { FunctionName: 'f' } });
    const details = `Service: AWSLambda; Status Code: ${status}; Error Code: ${code}; Request ID: [-0-9a-f]{36}; Proxy: null`;
    expect(failed?.[1]).toBe(error);
    expect(failed?.[2]).toMatch(new RegExp(`^No\\. \\(${details}\\)$`));
  });
});

describe('service integrations', () => {
  it('fails putEvents when an entry is refused, and adds the execution to the resources', async () => {
    const { run, calls } = await testStates({
      events: { PutEvents: () => ({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InvalidArgument' }] }) },
    });
    const Entries = [{ Source: 's', DetailType: 'd', Detail: { a: 1 } }];
    const [, failed] = await run({ resource: 'arn:aws:states:::events:putEvents', parameters: { Entries } });
    expect(failed?.slice(0, 2)).toEqual(['failed', 'EventBridge.FailedEntry']);
    const input = calls[0]?.input as { Entries: { Detail: string; Resources: string[] }[] } | undefined;
    const entry = input?.Entries[0];
    expect(entry?.Detail).toBe('{"a":1}');
    expect(entry?.Resources).toEqual([
      `arn:aws:states:us-east-1:${ACCOUNT}:execution:Parent:one`,
      `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:Parent`,
    ]);
  });

  it('names errors of the SDK integrations after the Java SDK, and renames members', async () => {
    const { run, calls } = await testStates({
      eks: {
        DescribeCluster: () => ({ cluster: { name: 'c', createdAt: new Date(0), tags: { lower: 'x' } } }),
        DeleteCluster: () => {
          throw new AwsError('ResourceInUseException', 'busy', { status: 409 });
        },
      },
    });
    const [, described] = await run({
      resource: 'arn:aws:states:::aws-sdk:eks:describeCluster',
      parameters: { Name: 'c' },
    });
    expect(calls[0]?.input).toEqual({ name: 'c' });
    expect(described?.[1]).toEqual({
      Cluster: { Name: 'c', CreatedAt: '1970-01-01T00:00:00.000Z', Tags: { lower: 'x' } },
    });
    const [, failed] = await run({ resource: 'arn:aws:states:::aws-sdk:eks:deleteCluster' });
    expect(failed?.[1]).toBe('Eks.ResourceInUseException');
    expect(failed?.[2]).toMatch(
      /^busy \(Service: Eks, Status Code: 409, Request ID: [-0-9a-f]+\) \(SDK Attempt Count: 1\)$/,
    );
  });

  it('submits a task that waits for its token', async () => {
    const { run } = await testStates({ sqs: { SendMessage: () => ({ MessageId: 'm' }) } });
    const parameters = { QueueUrl: 'q', MessageBody: { token: 't' } };
    const resource = 'arn:aws:states:::sqs:sendMessage.waitForTaskToken';
    const reported = await run({ resource, parameters, taskToken: 't' }, 'submitted');
    expect(reported.map(([name]) => name)).toEqual(['started', 'submitted']);
    expect(reported[1]?.[1]).toMatchObject({ MessageId: 'm', SdkHttpMetadata: { HttpStatusCode: 200 } });
  });
});

describe('nested executions', () => {
  async function withChild(denied: readonly string[] = []) {
    const states = await testStates({}, { denied });
    const { stateMachineArn } = await states.call('CreateStateMachine', {
      name: 'child',
      definition: PASS,
      roleArn: ROLE,
    });
    return { ...states, stateMachineArn: String(stateMachineArn) };
  }
  const resource = 'arn:aws:states:::states:startExecution.sync:2';
  const child = `arn:aws:states:us-east-1:${ACCOUNT}:execution:child:c`;

  it('waits for the child and parses its output', async () => {
    const { run, end, cloud, stateMachineArn } = await withChild();
    cloud.on(({ type, detail }) => {
      if (type === 'states.history' && detail['name'] === 'c')
        setImmediate(() => end(child, { output: '{"done":true}' }));
    });
    const reported = await run({
      resource,
      parameters: { StateMachineArn: stateMachineArn, Name: 'c', Input: { a: 1 } },
    });
    expect(reported.map(([name]) => name)).toEqual(['started', 'submitted', 'succeeded']);
    expect(reported[2]?.[1]).toMatchObject({
      ExecutionArn: child,
      Input: { a: 1 },
      Output: { done: true },
      Status: 'SUCCEEDED',
    });
  });

  it('fails with the description of a child that failed, also when the process had restarted meanwhile', async () => {
    const { run, end, call, stateMachineArn } = await withChild();
    await call('StartExecution', { stateMachineArn, name: 'c' });
    end(child, { status: 'FAILED', error: 'E', cause: 'C' });
    const reported = await run({ resource, submitted: { ExecutionArn: child } });
    expect(reported).toHaveLength(1);
    expect(reported[0]?.slice(0, 2)).toEqual(['failed', 'States.TaskFailed']);
    expect(JSON.parse(String(reported[0]?.[2]))).toMatchObject({ Error: 'E', Cause: 'C', Status: 'FAILED' });
  });

  it('shows a missing right as the error of the integration', async () => {
    const { run, stateMachineArn } = await withChild(['states:StartExecution']);
    const [, failed] = await run({ resource, parameters: { StateMachineArn: stateMachineArn } });
    expect(failed?.[1]).toBe('StepFunctions.AWSStepFunctionsException');
    expect(failed?.[2]).toContain('is not authorized to perform: states:StartExecution');
  });
});

describe('activities', () => {
  it('hands a task to the worker that polls', async () => {
    const { run, call } = await testStates();
    const { activityArn } = await call('CreateActivity', { name: 'work' });
    const poll = call('GetActivityTask', { activityArn, workerName: 'w' });
    const reported = await run({ resource: String(activityArn), parameters: { a: 1 }, taskToken: 'tok' }, 'started');
    expect(await poll).toEqual({ taskToken: 'tok', input: '{"a":1}' });
    expect(reported).toEqual([['started', { workerName: 'w' }]]);
  });
});

describe('mocked tasks', () => {
  it('answers by attempt, and one response per visit from a list', async () => {
    const { cloud } = await testStates();
    const file = join(cloud.store.folder('mocks'), 'mocks.json');
    writeFileSync(
      file,
      JSON.stringify({
        StateMachines: { Parent: { TestCases: { Case: { Call: ['First', 'Second'] } } } },
        MockedResponses: {
          First: { '0-1': { Throw: { Error: 'Busy', Cause: 'again' } }, '2': { Return: { n: 1 } } },
          Second: { '0': { Throw: { Error: 'States.Timeout' } } },
        },
      }),
    );
    const { run } = await testStates({}, { mockConfigFile: file });
    const execution = {
      executionArn: 'e',
      name: 'e',
      stateMachineArn: `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:Parent`,
      definition: PASS,
      roleArn: ROLE,
      input: '{}',
      startTime: 0,
      type: 'STANDARD' as const,
      mockTestCase: 'Case',
    };
    const answers = [];
    for (const [visit, retryCount] of [
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 0],
      [2, 0],
    ]) {
      const reported = await run({ execution, resource: FUNCTION, visit, retryCount });
      answers.push(reported.at(-1));
    }
    expect(answers).toEqual([
      ['failed', 'Busy', 'again', 'run'],
      ['succeeded', { n: 1 }],
      ['failed', 'States.Runtime', "The mocked response 'First' has none for attempt 3.", undefined],
      ['failed', 'States.Timeout', undefined, 'timeout'],
      ['failed', 'States.Runtime', "No mocked response for visit 2, attempt 0 of the state 'Call'.", undefined],
    ]);
  });
});
