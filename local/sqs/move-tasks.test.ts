import { afterEach, beforeEach, expect, it } from 'vitest';
import { ACCOUNT, refusal, type TestCloud, testCloud } from '../lambda/test-cloud.ts';
import { sqsService } from './service.ts';

const DEAD = `arn:aws:sqs:us-east-1:${ACCOUNT}:dead`;
let test: TestCloud;
let jobs: string;
const call = <Output = Record<string, unknown>>(operation: string, input: object) =>
  test.call<Output>('sqs', operation, input);
const receive = async (QueueUrl: string) =>
  (
    await call<{ Messages?: { Body: string; Attributes: Record<string, string> }[] }>('ReceiveMessage', {
      QueueUrl,
      MaxNumberOfMessages: 10,
      AttributeNames: ['All'],
    })
  ).Messages ?? [];

beforeEach(async () => {
  test = await testCloud([sqsService]);
  await call('CreateQueue', { QueueName: 'dead' });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: DEAD, maxReceiveCount: 1 });
  jobs = (
    await call<{ QueueUrl: string }>('CreateQueue', {
      QueueName: 'jobs',
      Attributes: { VisibilityTimeout: '0', RedrivePolicy },
    })
  ).QueueUrl;
  for (const MessageBody of ['a', 'b', 'c']) await call('SendMessage', { QueueUrl: jobs, MessageBody });
  expect(await receive(jobs)).toHaveLength(3);
  expect(await receive(jobs)).toHaveLength(0);
});
afterEach(() => test.cloud.stop());

it('moves dead letters back to their source at the wanted rate', async () => {
  await call('StartMessageMoveTask', { SourceArn: DEAD, MaxNumberOfMessagesPerSecond: 2 });
  expect(await call('ListMessageMoveTasks', { SourceArn: DEAD })).toMatchObject({
    Results: [{ Status: 'RUNNING', ApproximateNumberOfMessagesMoved: 2, ApproximateNumberOfMessagesToMove: 3 }],
  });
  expect((await refusal(call('StartMessageMoveTask', { SourceArn: DEAD }))).code).toBe('UnsupportedOperation');
  await test.cloud.clock.sleep(1500);
  expect(await call('ListMessageMoveTasks', { SourceArn: DEAD })).toMatchObject({
    Results: [{ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 3 }],
  });
  const back = await receive(jobs);
  expect(back.map(({ Body, Attributes }) => [Body, Attributes['ApproximateReceiveCount']])).toEqual([
    ['a', '1'],
    ['b', '1'],
    ['c', '1'],
  ]);
});

it('stops when it is cancelled', async () => {
  const { TaskHandle } = await call<{ TaskHandle: string }>('StartMessageMoveTask', {
    SourceArn: DEAD,
    MaxNumberOfMessagesPerSecond: 1,
  });
  expect(await call('CancelMessageMoveTask', { TaskHandle })).toEqual({ ApproximateNumberOfMessagesMoved: 1 });
  await test.cloud.clock.sleep(5000);
  expect(await receive(jobs)).toHaveLength(1);
});

it('refuses a source that is no dead-letter queue', async () => {
  const error = await refusal(call('StartMessageMoveTask', { SourceArn: `arn:aws:sqs:us-east-1:${ACCOUNT}:jobs` }));
  expect(error.message).toBe('Source queue must be configured as a Dead Letter Queue.');
});
