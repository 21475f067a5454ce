import { type TestCloud, testCloud } from '../lambda/test-cloud.ts';
import { sqsService } from './service.ts';

export interface Received {
  MessageId: string;
  Body: string;
  ReceiptHandle: string;
  Attributes?: Record<string, string>;
  MD5OfMessageAttributes?: string;
  MessageAttributes?: Record<string, unknown>;
}

/** A running SQS with the calls that its tests make all the time. */
export interface TestQueues extends TestCloud {
  /** Makes a queue; its URL. */
  queue(name: string, attributes?: Record<string, string>): Promise<string>;
  send(
    queueUrl: string,
    body: string,
    more?: object,
  ): Promise<{ MessageId: string; MD5OfMessageBody: string; MD5OfMessageAttributes?: string; SequenceNumber?: string }>;
  /** Up to ten messages, with all system attributes. */
  receive(queueUrl: string, more?: object): Promise<Received[]>;
  remove(queueUrl: string, message: Received | undefined): Promise<unknown>;
  /** Simulated seconds pass. */
  seconds(count: number): Promise<void>;
}

/** Starts it over a throw-away store. */
export async function testQueues(): Promise<TestQueues> {
  const test = await testCloud([sqsService]);
  return {
    ...test,
    async queue(name, attributes = {}) {
      const made = await test.call<{ QueueUrl: string }>('sqs', 'CreateQueue', {
        QueueName: name,
        Attributes: attributes,
      });
      return made.QueueUrl;
    },
    send: (QueueUrl, MessageBody, more = {}) => test.call('sqs', 'SendMessage', { QueueUrl, MessageBody, ...more }),
    async receive(QueueUrl, more = {}) {
      const wanted = { QueueUrl, MessageSystemAttributeNames: ['All'], MaxNumberOfMessages: 10, ...more };
      return (await test.call<{ Messages?: Received[] }>('sqs', 'ReceiveMessage', wanted)).Messages ?? [];
    },
    remove: (QueueUrl, message) =>
      test.call('sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle: message?.ReceiptHandle }),
    seconds: (count) => test.cloud.clock.sleep(count * 1000),
  };
}
