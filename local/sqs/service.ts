import type { Cloud, Service } from '../kernel/service.ts';
import { QUERY_ERROR_CODES } from './errors.ts';
import { moveTasks } from './move-tasks.ts';
import { queueOperations } from './queue-operations.ts';
import { openQueues } from './queues.ts';
import { receiveOperations } from './receive-operations.ts';
import { sendOperations } from './send-operations.ts';
import { tagOperations } from './tag-operations.ts';

/** Amazon SQS: standard and FIFO queues, durable. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/ */
export function sqsService(cloud: Cloud): Service {
  const queues = openQueues(cloud);
  const moves = moveTasks(cloud, queues);
  return {
    name: 'sqs',
    protocol: { kind: 'json', version: '1.0', targetPrefix: 'AmazonSQS', queryErrorCodes: QUERY_ERROR_CODES },
    operations: {
      ...queueOperations(cloud, queues),
      ...sendOperations(cloud, queues),
      ...receiveOperations(cloud, queues),
      ...tagOperations(queues),
      ...moves.operations,
    },
    start: () => moves.resume(),
  };
}
