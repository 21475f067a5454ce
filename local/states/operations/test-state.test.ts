import { describe, expect, it } from 'vitest';
import { allowAllIdentity } from '../../iam/identity.ts';
import { jumpingClock } from '../../kernel/clocks.ts';
import { administrator, createCloud } from '../../kernel/cloud.ts';
import type { Operation } from '../../kernel/service.ts';
import { openStore } from '../../kernel/sqlite-store.ts';
import { statesService } from '../service.ts';

const ROLE = 'arn:aws:iam::111111111111:role/machine';

async function tester(invoke: Operation['handle'] = () => ({ StatusCode: 200, Payload: Buffer.from('7') })) {
  const cloud = createCloud({
    clock: jumpingClock(),
    store: openStore(':memory:'),
    identity: (running) => allowAllIdentity(running.accountId),
  });
  cloud.register({ name: 'lambda', protocol: { kind: 'rest-json' }, operations: { Invoke: { handle: invoke } } });
  cloud.register(statesService(cloud));
  await cloud.start();
  return (definition: object, more: object = {}): Promise<Record<string, unknown>> =>
    cloud.call(
      'states',
      'TestState',
      { definition: JSON.stringify(definition), ...more },
      administrator(cloud.accountId),
    );
}

const TASK = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Next: 'After' };

describe('TestState', () => {
  it('runs a state and names the next', async () => {
    const test = await tester();
    const choice = {
      Type: 'Choice',
      QueryLanguage: 'JSONata',
      Choices: [{ Condition: '{% $states.input.n > $limit %}', Next: 'Large', Output: { big: true } }],
      Default: 'Small',
    };
    const large = await test(choice, { input: '{"n":5}', variables: '{"limit":3}' });
    expect(large).toEqual({ status: 'SUCCEEDED', output: '{"big":true}', nextState: 'Large' });
    expect((await test(choice, { input: '{"n":1}', variables: '{"limit":3}' })).nextState).toBe('Small');
  });

  it('finds a state anywhere in a machine, in the language of the machine', async () => {
    const test = await tester();
    const inner = { StartAt: 'I', States: { I: { Type: 'Pass', Output: '{% 1 + 1 %}', End: true } } };
    const machine = {
      StartAt: 'M',
      QueryLanguage: 'JSONata',
      States: { M: { Type: 'Map', ItemProcessor: inner, End: true } },
    };
    expect(await test(machine, { stateName: 'I' })).toEqual({ status: 'SUCCEEDED', output: '2' });
    await expect(test(machine, { stateName: 'X' })).rejects.toMatchObject({ code: 'ValidationException' });
  });

  it('shows what each field made of the data', async () => {
    const test = await tester();
    const state = {
      ...TASK,
      InputPath: '$.order',
      Parameters: { 'id.$': '$.id' },
      ResultSelector: { 'v.$': '$.Payload' },
      ResultPath: '$.paid',
      OutputPath: '$.paid',
      Assign: { 'last.$': '$.v' },
    };
    const { inspectionData, ...rest } = await test(state, {
      input: '{"order":{"id":1}}',
      mock: { result: '{"Payload":"ok"}' },
      inspectionLevel: 'DEBUG',
    });
    expect(rest).toEqual({ status: 'SUCCEEDED', output: '{"v":"ok"}', nextState: 'After' });
    expect(inspectionData).toEqual({
      input: '{"order":{"id":1}}',
      afterInputPath: '{"id":1}',
      afterParameters: '{"id":1}',
      result: '{"Payload":"ok"}',
      afterResultSelector: '{"v":"ok"}',
      afterResultPath: '{"order":{"id":1},"paid":{"v":"ok"}}',
      variables: '{"last":"ok"}',
    });
  });

  it('says whether a mocked error is retried, caught or final', async () => {
    const test = await tester();
    const state = {
      ...TASK,
      Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 3, BackoffRate: 2, MaxAttempts: 2 }],
      Catch: [
        { ErrorEquals: ['Other'], Next: 'X' },
        { ErrorEquals: ['States.ALL'], Next: 'Handle' },
      ],
    };
    const failing = (error: string, retrierRetryCount = 0) =>
      test(state, {
        mock: { errorOutput: { error, cause: 'why' } },
        stateConfiguration: { retrierRetryCount },
        inspectionLevel: 'DEBUG',
      });
    const retried = await failing('Busy', 1);
    expect(retried).toMatchObject({ status: 'RETRIABLE', error: 'Busy', cause: 'why' });
    expect(retried['inspectionData']).toMatchObject({
      errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 6 },
    });
    const caught = await failing('Busy', 2);
    expect(caught).toMatchObject({
      status: 'CAUGHT_ERROR',
      error: 'Busy',
      nextState: 'Handle',
      output: '{"Error":"Busy","Cause":"why"}',
    });
    expect(caught['inspectionData']).toMatchObject({ errorDetails: { catchIndex: 1 } });
    const uncaught = { ...TASK, Catch: [{ ErrorEquals: ['Other'], Next: 'X' }] };
    const mock = { errorOutput: { error: 'Busy', cause: 'why' } };
    expect(await test(uncaught, { mock })).toEqual({ status: 'FAILED', error: 'Busy', cause: 'why' });
  });

  it('performs a task that is not mocked, once', async () => {
    let calls = 0;
    const failure = JSON.stringify({ errorType: 'Oops', errorMessage: 'no' });
    const test = await tester(() => {
      calls++;
      return { StatusCode: 200, FunctionError: 'Unhandled', Payload: Buffer.from(failure) };
    });
    const state = { ...TASK, TimeoutSeconds: 60, Catch: [{ ErrorEquals: ['Oops'], Next: 'Handle' }] };
    const answer = await test(
      { ...state, Parameters: { FunctionName: 'f' } },
      { roleArn: ROLE, inspectionLevel: 'TRACE' },
    );
    expect([answer['status'], answer['cause'], calls]).toEqual(['CAUGHT_ERROR', failure, 1]);
  });

  it('tests a Map by the mock of its result, and refuses it without one', async () => {
    const test = await tester();
    const inner = { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } };
    const map = { Type: 'Map', ItemsPath: '$.list', ItemProcessor: inner, ResultPath: '$.done', End: true };
    const answer = await test(map, {
      input: '{"list":[1,2]}',
      mock: { result: '[3]' },
      inspectionLevel: 'DEBUG',
    });
    expect(answer['output']).toBe('{"list":[1,2],"done":[3]}');
    expect(answer['inspectionData']).toMatchObject({ afterItemsPath: '[1,2]', afterItemSelector: '[1,2]' });
    await expect(test(map)).rejects.toMatchObject({ message: "State type 'Map' requires a mock" });
  });

  it('shows the given context to a mocked state', async () => {
    const test = await tester();
    const state = { ...TASK, QueryLanguage: 'JSONata', Output: '{% $states.context.Execution.Name %}' };
    const context = JSON.stringify({ Execution: { Name: 'mine' } });
    expect((await test(state, { mock: { result: '1' }, context })).output).toBe('"mine"');
  });
});
