import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lambdaService } from './service.ts';
import { ACCOUNT, ADMIN, refusal, type TestCloud, testCloud, until } from './test-cloud.ts';
import { type Answer, create, esm, handler, invoke } from './test-function.ts';

let test: TestCloud;

beforeAll(async () => {
  test = await testCloud([(cloud) => lambdaService(cloud, { maxWorkers: 6 })]);
});
afterAll(() => test.cloud.stop());

describe('a successful invocation', () => {
  it('answers with what the handler returned and sees its own environment only', async () => {
    process.env['OF_THE_HOST'] = 'secret';
    await create(
      test,
      'echo',
      handler('return { event, env: process.env, context, left: context.getRemainingTimeInMillis() }'),
      {
        Environment: { Variables: { STAGE: 'test' } },
        Timeout: 7,
      },
    );
    const { body, StatusCode, FunctionError, ExecutedVersion } = await invoke(test, 'echo', { a: [1] });
    expect({ StatusCode, FunctionError, ExecutedVersion }).toEqual({
      StatusCode: 200,
      FunctionError: undefined,
      ExecutedVersion: '$LATEST',
    });
    expect(body.event).toEqual({ a: [1] });
    expect(body.env).toMatchObject({
      STAGE: 'test',
      AWS_LAMBDA_FUNCTION_NAME: 'echo',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'ASIATEST',
      AWS_ENDPOINT_URL: test.cloud.endpoint,
    });
    expect(body.env).not.toHaveProperty('OF_THE_HOST');
    expect(body.env).not.toHaveProperty('HOME');
    expect(body.context).toMatchObject({
      functionName: 'echo',
      memoryLimitInMB: '128',
      invokedFunctionArn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:echo`,
    });
    expect(body.left).toBeGreaterThan(5000);
    expect(body.left).toBeLessThanOrEqual(7000);
  });

  it('keeps one warm worker and its module state', async () => {
    await create(test, 'counter', esm('let count = 0; export const handler = async () => ++count;'));
    expect([
      (await invoke(test, 'counter')).body,
      (await invoke(test, 'counter')).body,
      (await invoke(test, 'counter')).body,
    ]).toEqual([1, 2, 3]);
  });

  it.each([
    ['CommonJS index.js', { 'index.js': 'exports.handler = async () => "cjs"' }, 'index.handler', 'cjs'],
    [
      'ESM by package.json',
      { 'index.js': 'export const handler = () => "esm"', 'package.json': '{"type":"module"}' },
      'index.handler',
      'esm',
    ],
    ['a nested path', { 'src/a.cjs': 'exports.b = { c: async () => 7 }' }, 'src/a.b.c', 7],
    ['nothing returned', esm('export const handler = async () => {}'), 'index.handler', null],
  ])('runs %s', async (name, files, handlerName, expected) => {
    await create(test, name.replace(/\W/g, '_'), files as Record<string, string>, { Handler: handlerName });
    expect((await invoke(test, name.replace(/\W/g, '_'))).body).toEqual(expected);
  });

  it('sees the simulated time in Date and keeps signatures in step', async () => {
    await create(
      test,
      'time',
      handler(
        'return [Date.now(), new Date().getTime(), new Date(0).getTime(), new Date() instanceof Date, typeof Date()]',
      ),
    );
    await test.cloud.clock.sleep(30 * 86_400_000);
    const { body } = await invoke(test, 'time');
    expect(Math.abs(body[0] - test.cloud.clock.now())).toBeLessThan(5000);
    expect(body[0] - Date.now()).toBeGreaterThan(29 * 86_400_000);
    expect(body.slice(2)).toEqual([0, true, 'string']);
    expect(body[1] - body[0]).toBeLessThan(1000);
  });

  it('renews workers whose credentials have expired on the simulated clock', async () => {
    await create(test, 'renew', esm('let count = 0; export const handler = async () => ++count;'));
    expect((await invoke(test, 'renew')).body).toBe(1);
    await test.cloud.clock.sleep(13 * 3_600_000);
    expect((await invoke(test, 'renew')).body).toBe(1);
  });

  it('returns the tail of the log with START, the output and REPORT', async () => {
    await create(test, 'log', handler('console.log("hello", { a: 1 }); process.stdout.write("raw\\n"); return 1'));
    const { LogResult } = await invoke(test, 'log', {}, { LogType: 'Tail' });
    const log = Buffer.from(LogResult ?? '', 'base64').toString();
    expect(log).toMatch(
      /^(.*\n)*START RequestId: \S+ Version: \$LATEST\n\S+\t\S+\tINFO\thello \{ a: 1 \}\nraw\nEND RequestId: \S+\nREPORT RequestId: \S+\tDuration: /,
    );
  });
});

describe('limits and refusals', () => {
  it('refuses a payload that is too large, or not JSON, or an unknown function', async () => {
    const call = (input: object) => refusal(test.call('lambda', 'Invoke', { FunctionName: 'echo', ...input }));
    const big = JSON.stringify('x'.repeat(1_048_576));
    expect((await call({ Payload: big, InvocationType: 'Event' })).code).toBe('RequestTooLargeException');
    expect((await call({ Payload: JSON.stringify('x'.repeat(6_291_456)) })).status).toBe(413);
    expect((await call({ Payload: '{' })).code).toBe('InvalidRequestContentException');
    expect((await call({ FunctionName: 'absent' })).message).toBe(
      `Function not found: arn:aws:lambda:us-east-1:${ACCOUNT}:function:absent`,
    );
    expect((await call({ FunctionName: 'not a name' })).code).toBe('ValidationException');
    expect(
      (await test.call<Answer>('lambda', 'Invoke', { FunctionName: 'echo', InvocationType: 'DryRun' })).StatusCode,
    ).toBe(204);
  });

  it('throttles beyond the reserved concurrency and runs at most maxWorkers at once', async () => {
    await create(test, 'slow', handler('await new Promise((resolve) => setTimeout(resolve, 20)); return 1'));
    const many = await Promise.all(Array.from({ length: 12 }, () => invoke(test, 'slow')));
    expect(many.map(({ body }) => body)).toEqual(Array(12).fill(1));
    expect(test.events.some((event) => event.type === 'lambda.queued')).toBe(true);
    await test.call('lambda', 'PutFunctionConcurrency', { FunctionName: 'slow', ReservedConcurrentExecutions: 2 });
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => invoke(test, 'slow')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(outcomes.find((outcome) => outcome.status === 'rejected')).toMatchObject({
      reason: {
        code: 'TooManyRequestsException',
        status: 429,
        fields: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
      },
    });
  });

  it('checks lambda:InvokeFunction on the ARN and tells the observers of each invocation', async () => {
    test.checked.length = 0;
    await invoke(test, 'counter');
    expect(test.checked).toEqual([
      {
        action: 'lambda:InvokeFunction',
        resource: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:counter`,
        resourceAccountId: ACCOUNT,
      },
    ]);
    expect(test.events.at(-1)).toMatchObject({
      type: 'lambda.invoked',
      detail: { functionName: 'counter', coldStart: expect.any(Boolean), requestId: expect.any(String) },
    });
  });
});

describe('asynchronous invocations', () => {
  it('retry after one and two minutes and give up after the third failure', async () => {
    await create(
      test,
      'flaky',
      esm('let count = 0; export const handler = async () => { throw new Error("no " + ++count) }'),
    );
    const start = test.cloud.clock.now();
    const times: number[] = [];
    const stop = test.cloud.on((event) => {
      if (event.type === 'lambda.invoked' && event.detail['functionName'] === 'flaky')
        times.push(test.cloud.clock.now() - start);
    });
    const answer = await test.call<Answer>('lambda', 'Invoke', {
      FunctionName: 'flaky',
      InvocationType: 'Event',
      Payload: '{}',
    });
    expect(answer.StatusCode).toBe(202);
    await until(() => times.length === 3);
    await test.cloud.clock.sleep(3_600_000);
    stop();
    expect(times).toHaveLength(3);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(60_000);
    expect((times[2] ?? 0) - (times[1] ?? 0)).toBeGreaterThanOrEqual(120_000);
  });

  it('are accepted only from callers that may invoke', async () => {
    test.denied.add('lambda:InvokeFunction');
    const caller = { ...ADMIN, kind: 'role' as const, arn: 'arn:aws:sts::111111111111:assumed-role/a/b' };
    const error = await refusal(
      test.call('lambda', 'Invoke', { FunctionName: 'flaky', InvocationType: 'Event' }, caller),
    );
    test.denied.clear();
    expect(error.message).toContain('lambda:InvokeFunction');
  });
});
