import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { administrator } from '../../kernel/cloud.ts';
import { type LocalCloud, startLocalCloud } from '../../local-cloud.ts';
import type { HistoryEvent } from '../engine/contract.ts';

const ADMIN = administrator('111111111111');
const ROLE = 'arn:aws:iam::111111111111:role/machine';
const folder = mkdtempSync(join(tmpdir(), 'mocks-'));
const open: LocalCloud[] = [];

afterEach(async () => {
  for (const local of open.splice(0)) await local.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The bare local cloud with machines and a mock file. */
async function serve(machines: Record<string, object>, mocks: object | string) {
  const mockConfigFile = join(mkdtempSync(join(tmpdir(), 'mocks-')), 'mocks.json');
  writeFileSync(mockConfigFile, typeof mocks === 'string' ? mocks : JSON.stringify(mocks));
  const local = await startLocalCloud({
    port: 0,
    services: ['states', 'events'],
    clock: 'jump',
    serviceOptions: { states: { mockConfigFile } },
  });
  open.push(local);
  const call = (operation: string, input: object) => local.cloud.call('states', operation, input, ADMIN);
  for (const [name, definition] of Object.entries(machines)) {
    await call('CreateStateMachine', { name, roleArn: ROLE, definition: JSON.stringify(definition) });
  }
  const start = (name: string, testCase: string, input: unknown = {}) =>
    call('StartExecution', {
      stateMachineArn: `arn:aws:states:us-east-1:111111111111:stateMachine:${name}#${testCase}`,
      input: JSON.stringify(input),
    });
  return {
    local,
    mockConfigFile,
    start,
    run: async (...given: Parameters<typeof start>) => end(local, await start(...given)),
  };
}

const OVER = /^Execution(Succeeded|Failed)$/;

/** How the execution ended and the types of its events. Asking again and again would keep the clock from leaping. */
async function end(local: LocalCloud, started: { executionArn: string }) {
  const over = () =>
    local.cloud.call('states', 'GetExecutionHistory', { ...started, maxResults: 1000 }, ADMIN).then(({ events }) => {
      const types = (events as HistoryEvent[]).map((event) => event.type);
      return OVER.test(types.at(-1) ?? '') ? types : undefined;
    });
  const types = await new Promise<string[]>((resolve) => {
    const look = () => void over().then((found) => found && resolve(found));
    local.cloud.on(({ type, detail }) => {
      if (type === 'states.history' && detail['executionArn'] === started.executionArn) look();
    });
    look();
  });
  const execution = await local.cloud.call<Record<string, unknown>>('states', 'DescribeExecution', started, ADMIN);
  return { ...execution, types };
}

const task = (more: object = {}) => ({ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true, ...more });
const machine = (states: object) => ({ StartAt: Object.keys(states)[0], States: states });
const returns = (value: unknown) => ({ '0': { Return: value } });
const throws = (error: string) => ({ '0': { Throw: { Error: error, Cause: 'why' } } });
const testCase = (name: string, states: object) => ({ [name]: { TestCases: { Case: states } } });

describe('mock files', () => {
  const retried = machine({ T: task({ Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 5 }] }) });

  it('answer attempts by number and by range', async () => {
    const { run } = await serve(
      { M: retried },
      {
        StateMachines: testCase('M', { T: 'Response' }),
        MockedResponses: { Response: { ...throws('Busy'), '1-2': { Throw: { Error: 'Busy' } }, '3': { Return: 3 } } },
      },
    );
    const ended = await run('M', 'Case');
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: '3' });
    expect(ended.types.filter((type: string) => type === 'TaskFailed')).toHaveLength(3);
  });

  it('give each visit and each retry the next of a list of single answers', async () => {
    const loop = machine({
      T: task({ Retry: [{ ErrorEquals: ['Busy'] }], End: undefined, Next: 'Again' }),
      Again: { Type: 'Choice', Choices: [{ Variable: '$', NumericLessThan: 2, Next: 'T' }], Default: 'Done' },
      Done: { Type: 'Succeed' },
    });
    const { run } = await serve(
      { M: loop },
      {
        StateMachines: testCase('M', { T: ['Fails', 'One', 'Fails', 'Two'] }),
        MockedResponses: { Fails: throws('Busy'), One: returns(1), Two: returns(2) },
      },
    );
    expect(await run('M', 'Case')).toMatchObject({ status: 'SUCCEEDED', output: '2' });
  });

  it('answer iterations of Map states and branches of Parallel states, one per visit', async () => {
    const inner = { StartAt: 'T', States: { T: task() } };
    const { run } = await serve(
      {
        M: machine({ Each: { Type: 'Map', MaxConcurrency: 1, ItemProcessor: inner, End: true } }),
        P: machine({
          Both: { Type: 'Parallel', Branches: [inner, { StartAt: 'U', States: { U: task() } }], End: true },
        }),
      },
      {
        StateMachines: { ...testCase('M', { T: ['One', 'Two'] }), ...testCase('P', { T: 'One', U: 'Two' }) },
        MockedResponses: { One: returns(1), Two: returns({ n: 2 }) },
      },
    );
    expect(await run('M', 'Case', ['a', 'b'])).toMatchObject({ output: '[1,{"n":2}]' });
    expect(await run('P', 'Case')).toMatchObject({ output: '[1,{"n":2}]' });
  });

  it('reach the machines that a mocked one starts, by the same test case', async () => {
    const child = 'arn:aws:states:us-east-1:111111111111:stateMachine:Child';
    const nested = task({
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Parameters: { StateMachineArn: child },
      OutputPath: '$.Output',
    });
    const { run } = await serve(
      { Child: machine({ T: task() }), Parent: machine({ N: nested }) },
      {
        StateMachines: { ...testCase('Child', { T: 'Deep' }), ...testCase('Parent', {}) },
        MockedResponses: { Deep: returns('deep') },
      },
    );
    expect(await run('Parent', 'Case')).toMatchObject({ status: 'SUCCEEDED', output: '"deep"' });
  });

  it('answer callbacks, jobs and activities with the events that AWS shows for them', async () => {
    const queue = { QueueUrl: 'q', MessageBody: { 'Token.$': '$$.Task.Token' } };
    const { run } = await serve(
      {
        Callback: machine({
          T: task({ Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken', Parameters: queue }),
        }),
        Activity: machine({ T: task({ Resource: 'arn:aws:states:us-east-1:111111111111:activity:a' }) }),
      },
      {
        StateMachines: { ...testCase('Callback', { T: 'Done' }), ...testCase('Activity', { T: 'Done' }) },
        MockedResponses: { Done: returns({ ok: true }) },
      },
    );
    expect(await run('Callback', 'Case')).toMatchObject({
      output: '{"ok":true}',
      types: expect.arrayContaining(['TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded']),
    });
    expect(await run('Activity', 'Case')).toMatchObject({
      output: '{"ok":true}',
      types: expect.arrayContaining(['ActivityScheduled', 'ActivityStarted', 'ActivitySucceeded']),
    });
  });

  it('refuse a test case they do not have, naming the file', async () => {
    const { start, mockConfigFile } = await serve(
      { M: retried },
      { StateMachines: testCase('M', {}), MockedResponses: {} },
    );
    await expect(start('M', 'Other')).rejects.toMatchObject({
      code: 'InvalidName',
      message: expect.stringMatching(new RegExp(`'Other' for state machine 'M'.*${mockConfigFile}`)),
    });
  });

  it.each([
    ['{', /JSON/],
    ['[]', /the file must be an object/],
    ['{"StateMachines":{"M":3}}', /StateMachines\.M must be an object/],
    [
      '{"StateMachines":{"M":{"TestCases":{"Case":{"T":"None"}}}}}',
      /StateMachines\.M\.TestCases\.Case\.T names the response 'None'/,
    ],
    ['{"MockedResponses":{"R":{"first":{"Return":1}}}}', /MockedResponses\.R\.first: attempts are numbers/],
    ['{"MockedResponses":{"R":{"0":{}}}}', /MockedResponses\.R\.0 must have either Return or Throw/],
    ['{"MockedResponses":{"R":{"0":{"Throw":{"Cause":"c"}}}}}', /R\.0\.Throw\.Error must be a text/],
  ])('that are malformed are refused with the place: %s', async (text, message) => {
    const { start } = await serve({ M: retried }, text);
    await expect(start('M', 'Case')).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringMatching(message),
    });
  });

  it('that break while an execution runs fail its task and nothing else', async () => {
    const wait = machine({ W: { Type: 'Wait', Seconds: 5, Next: 'T' }, T: task() });
    const { local, start, mockConfigFile } = await serve(
      { M: wait },
      { StateMachines: testCase('M', { T: 'R' }), MockedResponses: { R: returns(1) } },
    );
    const started = await start('M', 'Case');
    writeFileSync(mockConfigFile, '{ broken');
    expect(await end(local, started)).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
});
