import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusal } from '../lambda/test-cloud.ts';
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
