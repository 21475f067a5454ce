import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusal, type TestCloud, testCloud } from '../lambda/test-cloud.ts';
import { sqsService } from './service.ts';

let test: TestCloud;
beforeEach(async () => {
  test = await testCloud([sqsService]);
});
afterEach(() => test.cloud.stop());

interface Received {
  MessageId: string;
  Body: string;
  ReceiptHandle: string;
  Attributes?: Record<string, string>;
  MD5OfMessageAttributes?: string;
  MessageAttributes?: Record<string, unknown>;
}

async function queue(name: string, attributes: Record<string, string> = {}): Promise<string> {
  const { QueueUrl } = await test.call<{ QueueUrl: string }>('sqs', 'CreateQueue', {
    QueueName: name,
    Attributes: attributes,
  });
  return QueueUrl;
}
const send = (QueueUrl: string, MessageBody: string, more: object = {}) =>
  test.call<{ MessageId: string; MD5OfMessageBody: string; MD5OfMessageAttributes?: string; SequenceNumber?: string }>(
    'sqs',
    'SendMessage',
    { QueueUrl, MessageBody, ...more },
  );
async function receive(QueueUrl: string, more: object = {}): Promise<Received[]> {
  const answer = await test.call<{ Messages?: Received[] }>('sqs', 'ReceiveMessage', {
    QueueUrl,
    MessageSystemAttributeNames: ['All'],
    MaxNumberOfMessages: 10,
    ...more,
  });
  return answer.Messages ?? [];
}
const remove = (QueueUrl: string, message: Received | undefined) =>
  test.call('sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle: message?.ReceiptHandle });
const seconds = (count: number) => test.cloud.clock.sleep(count * 1000);
describe('a FIFO queue', () => {
  it('keeps the order of a group and locks it while a message is in flight', async () => {
    const url = await queue('jobs.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    for (const [body, MessageGroupId] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
    ] as const)
      await send(url, body, { MessageGroupId });
    const [first] = await receive(url, { MaxNumberOfMessages: 1 });
    expect(first?.Body).toBe('a1');
    expect((await receive(url)).map(({ Body }) => Body)).toEqual(['b1']);
    await remove(url, first);
    expect((await receive(url)).map(({ Body }) => Body)).toEqual(['a2']);
  });

  it('accepts a message once within five minutes', async () => {
    const url = await queue('jobs.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    const first = await send(url, 'same', { MessageGroupId: 'a' });
    const second = await send(url, 'same', { MessageGroupId: 'a' });
    expect(second).toEqual(first);
    expect(await receive(url, { VisibilityTimeout: 0 })).toHaveLength(1);
    await seconds(301);
    const third = await send(url, 'same', { MessageGroupId: 'a' });
    expect(third.MessageId).not.toBe(first.MessageId);
    expect(BigInt(third.SequenceNumber ?? 0) > BigInt(first.SequenceNumber ?? 0)).toBe(true);
  });

  it('wants a group id and a deduplication id', async () => {
    const url = await queue('jobs.fifo', { FifoQueue: 'true' });
    expect((await refusal(send(url, 'a'))).code).toBe('MissingRequiredParameterException');
    expect((await refusal(send(url, 'a', { MessageGroupId: 'g' }))).message).toContain('ContentBasedDeduplication');
  });
});
