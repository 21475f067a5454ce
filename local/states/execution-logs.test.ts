import { afterAll, beforeAll, expect, it } from 'vitest';
import { administrator } from '../kernel/cloud.ts';
import { type LocalCloud, startLocalCloud } from '../local-cloud.ts';

const ADMIN = administrator('111111111111');
let local: LocalCloud;

beforeAll(async () => {
  local = await startLocalCloud({ port: 0, services: ['logs', 'states'], clock: 'jump' });
});
afterAll(() => local.stop());

/** Runs a machine that fails after a Pass, and gives what its log group has then. */
async function logged(name: string, logging: object, type = 'STANDARD') {
  const call = (operation: string, input: object) => local.cloud.call('states', operation, input, ADMIN);
  await local.cloud.call('logs', 'CreateLogGroup', { logGroupName: name }, ADMIN);
  const logGroupArn = `arn:aws:logs:us-east-1:111111111111:log-group:${name}:*`;
  const { stateMachineArn } = await call('CreateStateMachine', {
    name,
    type,
    roleArn: 'arn:aws:iam::111111111111:role/machine',
    definition: JSON.stringify({
      StartAt: 'P',
      States: { P: { Type: 'Pass', Next: 'F' }, F: { Type: 'Fail', Error: 'Bad', Cause: 'end' } },
    }),
    loggingConfiguration: { ...logging, destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }] },
  });
  await call('StartExecution', { stateMachineArn, input: '{"secret":1}' });
  const events = () =>
    local.cloud
      .call('logs', 'FilterLogEvents', { logGroupName: name }, ADMIN)
      .then((answer) => answer.events as { message: string; logStreamName: string }[]);
  await expect.poll(async () => (await events()).at(-1)?.message, { interval: 10 }).toContain('ExecutionFailed');
  return (await events()).map(({ message, logStreamName }) => ({ logStreamName, ...JSON.parse(message) }));
}

it('ALL writes every event as AWS formats it', async () => {
  const lines = await logged('all', { level: 'ALL', includeExecutionData: true });
  expect(lines.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'PassStateEntered',
    'PassStateExited',
    'FailStateEntered',
    'ExecutionFailed',
  ]);
  const { logStreamName, ...first } = lines[0];
  expect(first).toEqual({
    id: '1',
    type: 'ExecutionStarted',
    details: {
      input: '{"secret":1}',
      inputDetails: { truncated: false },
      roleArn: 'arn:aws:iam::111111111111:role/machine',
    },
    previous_event_id: '0',
    event_timestamp: expect.stringMatching(/^\d{13}$/),
    execution_arn: expect.stringContaining(':execution:all:'),
    redrive_count: '0',
  });
  expect(logStreamName).toMatch(/^states\/all\/\d{4}-\d\d-\d\d-\d\d-\d\d\/[0-9a-f]{8}$/);
});

it('without execution data no input and no output is written', async () => {
  const lines = await logged('dataless', { level: 'ALL' });
  expect(JSON.stringify(lines)).not.toContain('secret');
  expect(lines[1].details).toEqual({ name: 'P' });
});

it.each([
  ['ERROR', ['FailStateEntered', 'ExecutionFailed']],
  ['FATAL', ['ExecutionFailed']],
])('%s writes less', async (level, types) => {
  expect((await logged(level, { level })).map(({ type }) => type)).toEqual(types);
});

it('EXPRESS executions are logged, without a redrive count', async () => {
  const lines = await logged('express', { level: 'FATAL' }, 'EXPRESS');
  expect(lines).toMatchObject([{ type: 'ExecutionFailed', details: { error: 'Bad', cause: 'end' } }]);
  expect(lines[0]).not.toHaveProperty('redrive_count');
});
