import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testCloud } from '../lambda/test-cloud.ts';
import { sqsService } from './service.ts';

it('keeps queues, messages, receipts and deduplication over a restart', async () => {
  const state = mkdtempSync(join(tmpdir(), 'sqs-'));
  try {
    const before = await testCloud([sqsService], { state });
    const Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
    const { QueueUrl } = await before.call<{ QueueUrl: string }>('sqs', 'CreateQueue', {
      QueueName: 'a.fifo',
      Attributes,
    });
    for (const MessageBody of ['one', 'two']) {
      await before.call('sqs', 'SendMessage', { QueueUrl, MessageBody, MessageGroupId: MessageBody });
    }
    const { Messages } = await before.call<{ Messages: { ReceiptHandle: string; Body: string }[] }>(
      'sqs',
      'ReceiveMessage',
      { QueueUrl },
    );
    await before.cloud.stop();

    const after = await testCloud([sqsService], { state });
    await after.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'two', MessageGroupId: 'two' });
    await after.call('sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle: Messages[0]?.ReceiptHandle });
    const rest = await after.call<{ Messages: { Body: string }[] }>('sqs', 'ReceiveMessage', {
      QueueUrl,
      MaxNumberOfMessages: 10,
    });
    expect(Messages.map(({ Body }) => Body)).toEqual(['one']);
    expect(rest.Messages.map(({ Body }) => Body)).toEqual(['two']);
    await after.cloud.stop();
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
});
