import { afterEach, beforeEach, expect, it } from 'vitest';
import { sqsService } from '../sqs/service.ts';
import { lambdaService } from './service.ts';
import { ACCOUNT, refusal, type TestCloud, testCloud, until } from './test-cloud.ts';
import { writeZip } from './zip.ts';

const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:jobs`;
/** Fails for bodies that begin with "bad", by report. */
const CODE = `export const handler = async ({ Records }) => {
  console.log(Records.map(({ body }) => body).join());
  return { batchItemFailures: Records.filter(({ body }) => body.startsWith('bad')).map(({ messageId }) => ({ itemIdentifier: messageId })) };
};`;
let test: TestCloud;
let url: string;

beforeEach(async () => {
  test = await testCloud([sqsService, (cloud) => lambdaService(cloud, { prewarm: false })]);
  url = (await test.call<{ QueueUrl: string }>('sqs', 'CreateQueue', { QueueName: 'jobs' })).QueueUrl;
  await test.call('lambda', 'CreateFunction', {
    FunctionName: 'consumer',
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: `arn:aws:iam::${ACCOUNT}:role/worker`,
    Code: { ZipFile: writeZip({ 'index.mjs': CODE }) },
  });
  await test.cloud.clock.sleep(500);
});
afterEach(() => test.cloud.stop());

const map = (more: object = {}) =>
  test.call<{ UUID: string; State: string }>('lambda', 'CreateEventSourceMapping', {
    FunctionName: 'consumer',
    EventSourceArn: QUEUE,
    ...more,
  });
const invocations = () => test.events.filter(({ type }) => type === 'lambda.invoked').length;
async function left(): Promise<string[]> {
  const { Attributes } = await test.call<{ Attributes: Record<string, string> }>('sqs', 'GetQueueAttributes', {
    QueueUrl: url,
    AttributeNames: ['All'],
  });
  return [Attributes['ApproximateNumberOfMessages'] ?? '', Attributes['ApproximateNumberOfMessagesNotVisible'] ?? ''];
}

it('gives the function the messages and deletes those it did not report as failed', async () => {
  const { UUID, State } = await map({ FunctionResponseTypes: ['ReportBatchItemFailures'] });
  expect(State).toBe('Creating');
  await test.cloud.clock.sleep(6000);
  expect(await test.call('lambda', 'GetEventSourceMapping', { UUID })).toMatchObject({
    State: 'Enabled',
    BatchSize: 10,
  });
  const Entries = ['one', 'bad two', 'three'].map((MessageBody, index) => ({ Id: String(index), MessageBody }));
  await test.call('sqs', 'SendMessageBatch', { QueueUrl: url, Entries });
  await until(() => invocations() === 1);
  await test.cloud.clock.sleep(1000);
  expect(await left()).toEqual(['0', '1']);
  expect(await test.call('lambda', 'GetEventSourceMapping', { UUID })).toMatchObject({ LastProcessingResult: 'OK' });
});

it('stops when it is deleted', async () => {
  const { UUID } = await map();
  await test.cloud.clock.sleep(6000);
  await test.call('lambda', 'DeleteEventSourceMapping', { UUID });
  await test.call('sqs', 'SendMessage', { QueueUrl: url, MessageBody: 'unread' });
  await test.cloud.clock.sleep(60_000);
  expect([await left(), invocations()]).toEqual([['1', '0'], 0]);
});

it.each([
  ['a second mapping of the pair', {}, 'ResourceConflictException'],
  ['a queue that does not exist', { EventSourceArn: `${QUEUE}x` }, 'InvalidParameterValueException'],
  [
    'another kind of source',
    { EventSourceArn: 'arn:aws:kinesis:us-east-1:111111111111:stream/s' },
    'InvalidParameterValueException',
  ],
  ['a large batch without a window', { BatchSize: 11 }, 'InvalidParameterValueException'],
])('refuses %s', async (what, wrong, code) => {
  if (what.startsWith('a second')) await map();
  expect((await refusal(map(wrong))).code).toBe(code);
});

it('refuses a role without the right to read, and a queue that hides messages too briefly', async () => {
  test.denied.add('sqs:GetQueueAttributes');
  expect((await refusal(map())).message).toBe(
    'The function execution role does not have permissions to call ReceiveMessage on SQS',
  );
  test.denied.clear();
  await test.call('lambda', 'UpdateFunctionConfiguration', { FunctionName: 'consumer', Timeout: 60 });
  expect((await refusal(map())).message).toBe(
    'Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds',
  );
});
