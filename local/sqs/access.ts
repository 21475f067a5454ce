import type { AccessRequest, OperationInput, RequestContext } from '../kernel/service.ts';
import type { Queues } from './queues.ts';

/**
 * The IAM check of an operation on the queue of `QueueUrl`, with the queue's own policy. A queue that does not exist is
 * checked by name: whoever may not use it does not learn that it is missing.
 */
export function onQueue(action: string, queues: Queues) {
  return (input: OperationInput, context: RequestContext): AccessRequest[] => {
    const [, accountId = context.accountId, name = ''] =
      /(?:^|\/)(\d{12})\/([^/]+)\/?$/.exec(String(input.QueueUrl ?? '')) ?? [];
    const policy = queues.find(accountId, context.region, name)?.record.attributes['Policy'];
    return [
      {
        action: `sqs:${action}`,
        resource: `arn:aws:sqs:${context.region}:${accountId}:${name}`,
        resourceAccountId: accountId,
        ...(policy && { resourcePolicy: policy }),
      },
    ];
  };
}
