import { afterAll, beforeAll, expect, it } from 'vitest';
import { administrator } from '../../kernel/cloud.ts';
import { type LocalCloud, startLocalCloud } from '../../local-cloud.ts';
import type { HistoryEvent } from '../engine/contract.ts';

const ADMIN = administrator('111111111111');
let local: LocalCloud;

beforeAll(async () => {
  local = await startLocalCloud({ port: 0, services: ['states'] });
  await call('CreateActivity', { name: 'work' });
});
afterAll(() => local.stop());

const call = (operation: string, input: object) => local.cloud.call('states', operation, input, ADMIN);

/** A distributed Map whose children give their item to the activity; fails with `Bad` items. */
async function start(items: unknown[], more: object = {}) {
  const map = {
    Type: 'Map',
    Label: 'Each',
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Work',
      States: {
        Work: { Type: 'Task', Resource: 'arn:aws:states:us-east-1:111111111111:activity:work', End: true },
      },
    },
    End: true,
    ...more,
  };
  const { stateMachineArn } = await call('CreateStateMachine', {
    name: `m-${Math.random()}`,
    roleArn: 'arn:aws:iam::111111111111:role/machine',
    definition: JSON.stringify({ StartAt: 'Map', States: { Map: map } }),
  });
  const { executionArn } = await call('StartExecution', { stateMachineArn, input: JSON.stringify(items) });
  await expect.poll(async () => (await call('ListMapRuns', { executionArn })).mapRuns, { interval: 1 }).toHaveLength(1);
  const { mapRuns } = await call('ListMapRuns', { executionArn });
  return { executionArn, mapRunArn: mapRuns[0].mapRunArn as string };
}

/** Takes the next task and answers it. */
async function work(answer: 'succeed' | 'fail' = 'succeed') {
  const { taskToken, input } = await call('GetActivityTask', {
    activityArn: 'arn:aws:states:us-east-1:111111111111:activity:work',
  });
  if (answer === 'succeed') await call('SendTaskSuccess', { taskToken, output: input });
  else await call('SendTaskFailure', { taskToken, error: 'Bad', cause: 'item' });
}

const counts = async (mapRunArn: string) => (await call('DescribeMapRun', { mapRunArn })).executionCounts;
const status = async (executionArn: string) => (await call('DescribeExecution', { executionArn })).status;

it('a Map Run counts its children, and each is an execution with its own history', async () => {
  const { executionArn, mapRunArn } = await start(['a', 'b', 'c'], { MaxConcurrency: 2, ToleratedFailureCount: 1 });
  expect(await call('DescribeMapRun', { mapRunArn })).toMatchObject({
    status: 'RUNNING',
    maxConcurrency: 2,
    toleratedFailureCount: 1,
    executionCounts: { pending: 1, running: 2, succeeded: 0, failed: 0, total: 3 },
  });
  await work();
  await work('fail');
  await work();
  await expect.poll(() => status(executionArn), { interval: 1 }).toBe('SUCCEEDED');
  const succeeded = { pending: 0, running: 0, succeeded: 2, failed: 1, total: 3 };
  expect(await call('DescribeMapRun', { mapRunArn })).toMatchObject({
    status: 'SUCCEEDED',
    executionCounts: succeeded,
    itemCounts: succeeded,
  });

  const { executions } = await call('ListExecutions', { mapRunArn });
  expect(executions).toHaveLength(3);
  const failed = await call('ListExecutions', { mapRunArn, statusFilter: 'FAILED' });
  const child = { executionArn: failed.executions[0].executionArn };
  expect(await call('DescribeExecution', child)).toMatchObject({
    status: 'FAILED',
    error: 'Bad',
    cause: 'item',
    mapRunArn,
  });
  const { events } = await call('GetExecutionHistory', child);
  expect((events as HistoryEvent[]).map(({ id, type }) => `${id} ${type}`)).toEqual([
    '1 ExecutionStarted',
    '2 TaskStateEntered',
    '3 ActivityScheduled',
    '4 ActivityStarted',
    '5 ActivityFailed',
    '6 ExecutionFailed',
  ]);
  const reversed = await call('GetExecutionHistory', { ...child, reverseOrder: true, maxResults: 2 });
  expect((reversed.events as HistoryEvent[]).map(({ id }) => id)).toEqual([6, 5]);
});

it('children are listed in pages, newest first, with the number of their items', async () => {
  const { executionArn, mapRunArn } = await start([1, 2, 3, 4, 5], { ItemBatcher: { MaxItemsPerBatch: 2 } });
  const first = await call('ListExecutions', { mapRunArn, maxResults: 2 });
  const second = await call('ListExecutions', { mapRunArn, maxResults: 2, nextToken: first.nextToken });
  expect([...first.executions, ...second.executions].map(({ itemCount }) => itemCount)).toEqual([1, 2, 2]);
  expect(second.nextToken).toBeUndefined();
  expect(await call('DescribeMapRun', { mapRunArn })).toMatchObject({
    itemCounts: { running: 5, total: 5 },
    executionCounts: { running: 3, total: 3 },
  });
  await call('StopExecution', { executionArn });
  expect(await counts(mapRunArn)).toMatchObject({ running: 0, aborted: 3 });
  expect(await call('DescribeMapRun', { mapRunArn })).toMatchObject({ status: 'ABORTED' });
});

it('UpdateMapRun changes how many children run at once, and how many may fail', async () => {
  const { executionArn, mapRunArn } = await start([1, 2, 3], { MaxConcurrency: 1 });
  expect(await counts(mapRunArn)).toMatchObject({ running: 1, pending: 2 });
  await call('UpdateMapRun', { mapRunArn, maxConcurrency: 3, toleratedFailureCount: 3 });
  await expect.poll(() => counts(mapRunArn), { interval: 1 }).toMatchObject({ running: 3, pending: 0 });
  expect(await call('DescribeMapRun', { mapRunArn })).toMatchObject({ maxConcurrency: 3, toleratedFailureCount: 3 });
  for (let i = 0; i < 3; i++) await work('fail');
  await expect.poll(() => status(executionArn), { interval: 1 }).toBe('SUCCEEDED');
  await expect(call('UpdateMapRun', { mapRunArn, maxConcurrency: 1 })).rejects.toMatchObject({
    code: 'ValidationException',
  });
});
