import { DeleteQueueCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { everyPage, orGone, type Sweeper } from './sweeper.ts';

/** Queues with their messages. AWS takes up to a minute to remove one, and lists it meanwhile. */
export const sqsSweeper: Sweeper = {
  service: 'sqs',
  async list(options) {
    const client = new SQSClient(options);
    const urls = await everyPage(
      (NextToken) => client.send(new ListQueuesCommand({ MaxResults: 1000, NextToken })),
      ({ QueueUrls }) => QueueUrls,
      ({ NextToken }) => NextToken,
    );
    return urls.map((QueueUrl) => ({
      kind: 'queue',
      name: QueueUrl,
      remove: () => orGone(client.send(new DeleteQueueCommand({ QueueUrl })), 'QueueDoesNotExist'),
    }));
  },
};
