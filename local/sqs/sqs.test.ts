import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNT, refusal } from '../lambda/test-cloud.ts';
import { type TestQueues, testQueues } from './test-queues.ts';

let test: TestQueues;
beforeEach(async () => {
  test = await testQueues();
});
afterEach(() => test.cloud.stop());

const queue: TestQueues['queue'] = (...input) => test.queue(...input);
const send: TestQueues['send'] = (...input) => test.send(...input);
const receive: TestQueues['receive'] = (...input) => test.receive(...input);
const remove: TestQueues['remove'] = (...input) => test.remove(...input);
const seconds: TestQueues['seconds'] = (count) => test.seconds(count);

const attributesOf = async (QueueUrl: string) =>
  (
    await test.call<{ Attributes: Record<string, string> }>('sqs', 'GetQueueAttributes', {
      QueueUrl,
      AttributeNames: ['All'],
    })
  ).Attributes;

describe('a standard queue', () => {
  it('hands a message out until it is deleted, hidden in between', async () => {
    const url = await queue('jobs');
    const { MD5OfMessageBody } = await send(url, 'hello');
    expect(MD5OfMessageBody).toBe('5d41402abc4b2a76b9719d911017c592');
    const [first] = await receive(url);
    expect(first).toMatchObject({ Body: 'hello', Attributes: { ApproximateReceiveCount: '1' } });
    expect(await receive(url)).toEqual([]);
    await seconds(31);
    const [second] = await receive(url);
    expect(second?.Attributes?.['ApproximateReceiveCount']).toBe('2');
    await remove(url, first);
    await seconds(31);
    const [third] = await receive(url);
    expect(third?.MessageId).toBe(first?.MessageId);
    await remove(url, third);
    await seconds(31);
    expect(await receive(url)).toEqual([]);
  });

  it('shows it again at once when its visibility is set to zero', async () => {
    const url = await queue('jobs');
    await send(url, 'a');
    const [message] = await receive(url);
    await test.call('sqs', 'ChangeMessageVisibility', {
      QueueUrl: url,
      ReceiptHandle: message?.ReceiptHandle,
      VisibilityTimeout: 0,
    });
    expect(await receive(url)).toHaveLength(1);
    const again = refusal(
      test.call('sqs', 'ChangeMessageVisibility', {
        QueueUrl: url,
        ReceiptHandle: message?.ReceiptHandle,
        VisibilityTimeout: 9,
      }),
    );
    expect((await again).code).toBe('MessageNotInflight');
  });

  it('answers a long poll with the message that arrives, or with nothing when the time is over', async () => {
    const url = await queue('jobs');
    const polled = receive(url, { WaitTimeSeconds: 20 });
    await send(url, 'late');
    expect((await polled).map(({ Body }) => Body)).toEqual(['late']);
    const start = test.cloud.clock.now();
    const empty = receive(url, { WaitTimeSeconds: 20 });
    await seconds(30);
    expect(await empty).toEqual([]);
    expect(test.cloud.clock.now() - start).toBeGreaterThanOrEqual(20_000);
  });

  it('delays, expires and counts messages', async () => {
    const url = await queue('jobs', { MessageRetentionPeriod: '60' });
    await send(url, 'later', { DelaySeconds: 10 });
    await send(url, 'now');
    expect(await attributesOf(url)).toMatchObject({
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesDelayed: '1',
      VisibilityTimeout: '30',
    });
    await receive(url, { VisibilityTimeout: 600 });
    await seconds(11);
    expect((await receive(url, { VisibilityTimeout: 0 })).map(({ Body }) => Body)).toEqual(['later']);
    expect(await attributesOf(url)).toMatchObject({
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesNotVisible: '1',
    });
    await seconds(61);
    expect(await attributesOf(url)).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
    });
    expect(await receive(url)).toEqual([]);
  });

  it('moves a message to the dead-letter queue after maxReceiveCount receives', async () => {
    const dead = await queue('dead');
    const arn = `arn:aws:sqs:us-east-1:${ACCOUNT}:dead`;
    const url = await queue('jobs', {
      VisibilityTimeout: '0',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 2 }),
    });
    const { MessageId } = await send(url, 'poison');
    expect(await receive(url)).toHaveLength(1);
    expect(await receive(url)).toHaveLength(1);
    expect(await receive(url)).toHaveLength(0);
    const [moved] = await receive(dead);
    expect(moved).toMatchObject({
      MessageId,
      Body: 'poison',
      Attributes: { DeadLetterQueueSourceArn: `arn:aws:sqs:us-east-1:${ACCOUNT}:jobs` },
    });
    expect(await test.call('sqs', 'ListDeadLetterSourceQueues', { QueueUrl: dead })).toEqual({ queueUrls: [url] });
  });

  it('gives message attributes with the checksum clients verify', async () => {
    const url = await queue('jobs');
    const MessageAttributes = {
      tenant: { DataType: 'String', StringValue: 'acme' },
      count: { DataType: 'Number', StringValue: '7' },
    };
    const { MD5OfMessageAttributes } = await send(url, 'a', { MessageAttributes });
    const [message] = await receive(url, { MessageAttributeNames: ['All'] });
    expect(message?.MessageAttributes).toEqual(MessageAttributes);
    expect(message?.MD5OfMessageAttributes).toBe(MD5OfMessageAttributes);
    expect(MD5OfMessageAttributes).toBe('f74138909d36952f28b0a748a631b85f');
  });

  it('reports each refused entry of a batch and performs the others', async () => {
    const url = await queue('jobs');
    const answer = await test.call<{ Successful: unknown[]; Failed: { Id: string; Code: string }[] }>(
      'sqs',
      'SendMessageBatch',
      {
        QueueUrl: url,
        Entries: [
          { Id: 'a', MessageBody: 'x' },
          { Id: 'b', MessageBody: 'bad \u0001' },
        ],
      },
    );
    expect(answer.Successful).toHaveLength(1);
    expect(answer.Failed).toMatchObject([{ Id: 'b', Code: 'InvalidMessageContents', SenderFault: true }]);
    const twice = [
      { Id: 'a', MessageBody: 'x' },
      { Id: 'a', MessageBody: 'x' },
    ];
    expect((await refusal(test.call('sqs', 'SendMessageBatch', { QueueUrl: url, Entries: twice }))).code).toBe(
      'BatchEntryIdsNotDistinct',
    );
    expect((await refusal(test.call('sqs', 'SendMessageBatch', { QueueUrl: url, Entries: [] }))).code).toBe(
      'EmptyBatchRequest',
    );
  });
});

describe('queues', () => {
  it('are created once per name, and not again for a minute after deletion', async () => {
    const url = await queue('jobs', { VisibilityTimeout: '5' });
    expect(await queue('jobs', { VisibilityTimeout: '5' })).toBe(url);
    expect((await refusal(queue('jobs', { VisibilityTimeout: '6' }))).code).toBe('QueueNameExists');
    await test.call('sqs', 'DeleteQueue', { QueueUrl: url });
    expect((await refusal(send(url, 'x'))).code).toBe('QueueDoesNotExist');
    expect((await refusal(queue('jobs'))).code).toBe('QueueDeletedRecently');
    await seconds(61);
    expect(await queue('jobs')).toBe(url);
  });

  it.each([
    [{ VisibilityTimeout: '43201' }, 'InvalidAttributeValue'],
    [{ Colour: 'red' }, 'InvalidAttributeName'],
    [
      {
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: `arn:aws:sqs:us-east-1:${ACCOUNT}:absent`,
          maxReceiveCount: 3,
        }),
      },
      'InvalidParameterValueException',
    ],
    [{ ContentBasedDeduplication: 'true' }, 'InvalidAttributeName'],
  ])('refuse %j', async (attributes, code) => {
    expect((await refusal(queue('jobs', attributes as Record<string, string>))).code).toBe(code);
  });

  it('refuse a message over 1 MiB and a receipt handle of another queue', async () => {
    const url = await queue('jobs');
    expect((await refusal(send(url, 'x'.repeat(1_048_577)))).message).toContain('must be shorter than 1048576 bytes');
    const other = await queue('other');
    await send(other, 'x');
    const [message] = await receive(other);
    expect((await refusal(remove(url, message))).code).toBe('ReceiptHandleIsInvalid');
  });

  it('pass their policy and ARN to the IAM check', async () => {
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
    const url = await queue('jobs', { Policy });
    test.checked.length = 0;
    await send(url, 'x');
    expect(test.checked).toEqual([
      {
        action: 'sqs:SendMessage',
        resource: `arn:aws:sqs:us-east-1:${ACCOUNT}:jobs`,
        resourceAccountId: ACCOUNT,
        resourcePolicy: Policy,
      },
    ]);
  });
});
