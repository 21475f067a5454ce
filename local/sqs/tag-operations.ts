import type { Operation } from '../kernel/service.ts';
import { onQueue } from './access.ts';
import { sqsError } from './errors.ts';
import type { Queues } from './queues.ts';

/** Tags of queues. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-tags.html */
export function tagOperations(queues: Queues): Record<string, Operation> {
  return {
    TagQueue: {
      authorize: onQueue('TagQueue', queues),
      handle(input, context) {
        const queue = queues.byUrl(input.QueueUrl, context);
        const tags = { ...queue.record.tags, ...input.Tags };
        if (Object.keys(tags).length > 50)
          throw sqsError(
            'InvalidParameterValueException',
            'Too many tags added for queue. Maximum number of tags allowed: 50.',
          );
        queue.record.tags = tags;
        queues.save(queue);
      },
    },
    UntagQueue: {
      authorize: onQueue('UntagQueue', queues),
      handle(input, context) {
        const queue = queues.byUrl(input.QueueUrl, context);
        const keys: string[] = input.TagKeys ?? [];
        queue.record.tags = Object.fromEntries(
          Object.entries(queue.record.tags).filter(([name]) => !keys.includes(name)),
        );
        queues.save(queue);
      },
    },
    ListQueueTags: {
      authorize: onQueue('ListQueueTags', queues),
      handle(input, context) {
        const { tags } = queues.byUrl(input.QueueUrl, context).record;
        return Object.keys(tags).length === 0 ? {} : { Tags: tags };
      },
    },
  };
}
