import type { Cloud, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { onQueue } from './access.ts';
import { numberOf, parseQueueAttributes, type QueueAttributes, redrivePolicy, shownAttributes } from './attributes.ts';
import { invalidParameter, missingParameter, noSuchQueue, sqsError } from './errors.ts';
import type { Queue, Queues } from './queues.ts';

const PURGE_MILLISECONDS = 60_000;
const NAME_BLOCKED_MILLISECONDS = 60_000;

/** Create, configure, list, purge and delete queues. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html */
export function queueOperations(cloud: Cloud, queues: Queues): Record<string, Operation> {
  /** When queues were deleted: their names are blocked for a minute. */
  const deleted = new Map<string, number>();
  const named = (action: string) => (input: OperationInput, context: RequestContext) => {
    const owner = String(input.QueueOwnerAWSAccountId ?? context.accountId);
    const policy = queues.find(owner, context.region, String(input.QueueName))?.record.attributes['Policy'];
    return [
      {
        action: `sqs:${action}`,
        resource: `arn:aws:sqs:${context.region}:${owner}:${input.QueueName}`,
        resourceAccountId: owner,
        ...(policy && { resourcePolicy: policy }),
      },
    ];
  };
  return {
    CreateQueue: {
      authorize: (input, context) => named('CreateQueue')({ QueueName: input.QueueName }, context),
      handle(input, context) {
        const key = `${context.accountId}/${context.region}/${input.QueueName}`;
        if (cloud.clock.now() - (deleted.get(key) ?? Number.NEGATIVE_INFINITY) < NAME_BLOCKED_MILLISECONDS) {
          throw sqsError(
            'QueueDeletedRecently',
            'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
          );
        }
        return { QueueUrl: queues.url(createQueue(cloud, queues, input, context)) };
      },
    },
    GetQueueUrl: {
      authorize: named('GetQueueUrl'),
      handle(input, context) {
        const queue = queues.find(
          String(input.QueueOwnerAWSAccountId ?? context.accountId),
          context.region,
          String(input.QueueName),
        );
        if (!queue) throw noSuchQueue();
        return { QueueUrl: queues.url(queue) };
      },
    },
    ListQueues: {
      handle(input, context) {
        const all = queues
          .list(context.accountId, context.region)
          .filter((queue) => queue.record.name.startsWith(input.QueueNamePrefix ?? ''))
          .map((queue) => queues.url(queue));
        const start = input.NextToken === undefined ? 0 : Number(input.NextToken);
        const end = start + Number(input.MaxResults ?? 1000);
        const more = input.MaxResults !== undefined && end < all.length;
        return { QueueUrls: all.slice(start, end), ...(more && { NextToken: String(end) }) };
      },
    },
    GetQueueAttributes: {
      authorize: onQueue('GetQueueAttributes', queues),
      handle(input, context) {
        const queue = queues.byUrl(input.QueueUrl, context);
        const all = allAttributes(cloud, queue);
        const names: string[] = input.AttributeNames ?? [];
        const unknown = names.find((name) => name !== 'All' && !(name in all) && !isKnown(name));
        if (unknown) throw sqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
        const shown = Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name));
        return shown.length === 0 ? {} : { Attributes: Object.fromEntries(shown) };
      },
    },
    SetQueueAttributes: {
      authorize: onQueue('SetQueueAttributes', queues),
      handle(input, context) {
        const queue = queues.byUrl(input.QueueUrl, context);
        if (input.Attributes === undefined) throw missingParameter('Attributes');
        if (input.Attributes.FifoQueue !== undefined)
          throw sqsError('InvalidAttributeName', 'Unknown Attribute FifoQueue.');
        const changes = parseQueueAttributes(input.Attributes, queue.fifo);
        checkRedrive(queues, changes, queue.fifo);
        queue.record.attributes = { ...queue.record.attributes, ...changes };
        queue.record.modifiedAt = cloud.clock.now();
        queues.save(queue);
      },
    },
    PurgeQueue: {
      authorize: onQueue('PurgeQueue', queues),
      handle(input, context) {
        const queue = queues.byUrl(input.QueueUrl, context);
        const now = cloud.clock.now();
        if (now - (queue.record.purgedAt ?? Number.NEGATIVE_INFINITY) < PURGE_MILLISECONDS) {
          throw sqsError(
            'PurgeQueueInProgress',
            `Only one PurgeQueue operation on ${queue.record.name} is allowed every 60 seconds.`,
          );
        }
        queue.record.purgedAt = now;
        cloud.store.transaction(() => {
          for (const message of [...queue.messages.values()]) queues.removeMessage(queue, message);
          queues.save(queue);
        });
      },
    },
    DeleteQueue: {
      authorize: onQueue('DeleteQueue', queues),
      handle(input, context) {
        const queue = queues.byUrl(input.QueueUrl, context);
        deleted.set(queue.key, cloud.clock.now());
        queues.remove(queue);
        for (const resume of [...queue.waiting]) resume();
      },
    },
    ListDeadLetterSourceQueues: {
      authorize: onQueue('ListDeadLetterSourceQueues', queues),
      handle(input, context) {
        const target = queues.byUrl(input.QueueUrl, context).arn;
        const sources = queues
          .list(context.accountId, context.region)
          .filter((queue) => redrivePolicy(queue.record.attributes)?.target === target);
        return { queueUrls: sources.map((queue) => queues.url(queue)) };
      },
    },
  };
}

function createQueue(cloud: Cloud, queues: Queues, input: OperationInput, context: RequestContext): Queue {
  const name = input.QueueName;
  const given = input.Attributes ?? {};
  const fifo = given.FifoQueue === 'true' || given.FifoQueue === true;
  checkName(name, fifo);
  const attributes = parseQueueAttributes(given, fifo);
  const known = queues.find(context.accountId, context.region, name);
  if (known) return sameQueue(known, attributes);
  checkRedrive(queues, attributes, fifo);
  const now = cloud.clock.now();
  return queues.create({
    accountId: context.accountId,
    region: context.region,
    name,
    attributes,
    tags: input.tags ?? input.Tags ?? {},
    createdAt: now,
    modifiedAt: now,
  });
}

function checkName(name: unknown, fifo: boolean): void {
  if (typeof name !== 'string') throw missingParameter('QueueName');
  if (/^[a-zA-Z0-9_-]{1,80}$/.test(name) && !fifo) return;
  if (/^[a-zA-Z0-9_-]{1,75}\.fifo$/.test(name) && fifo) return;
  if (fifo)
    throw invalidParameter(
      'QueueName',
      name,
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.',
    );
  throw sqsError(
    'InvalidParameterValueException',
    'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
  );
}

/** CreateQueue with the attributes the queue has is a success; with others it is refused. */
function sameQueue(queue: Queue, wanted: QueueAttributes): Queue {
  const present = shownAttributes(queue.record.attributes);
  const different = Object.entries(wanted).find(([name, value]) => (present[name] ?? '') !== value);
  if (!different) return queue;
  throw sqsError(
    'QueueNameExists',
    `A queue already exists with the same name and a different value for attribute ${different[0]}`,
  );
}

function checkRedrive(queues: Queues, attributes: QueueAttributes, fifo: boolean): void {
  const policy = redrivePolicy(attributes);
  if (!policy) return;
  const target = queues.byArn(policy.target);
  if (!target)
    throw invalidParameter('RedrivePolicy', attributes['RedrivePolicy'], 'Dead letter target does not exist.');
  if (target.fifo !== fifo) {
    throw invalidParameter(
      'RedrivePolicy',
      attributes['RedrivePolicy'],
      'Dead-letter target must be same type of queue as the source.',
    );
  }
}

function allAttributes(cloud: Cloud, queue: Queue): Record<string, string> {
  const now = cloud.clock.now();
  const oldest = now - numberOf(queue.record.attributes, 'MessageRetentionPeriod') * 1000;
  const counts = { visible: 0, hidden: 0, delayed: 0 };
  for (const message of queue.messages.values()) {
    if (message.sentAt < oldest) continue;
    if (message.visibleAt <= now) counts.visible++;
    else if (message.receipt) counts.hidden++;
    else counts.delayed++;
  }
  return {
    ...shownAttributes(queue.record.attributes),
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.hidden),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    CreatedTimestamp: String(Math.floor(queue.record.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.record.modifiedAt / 1000)),
  };
}

/** Attributes that exist but may be unset. */
function isKnown(name: string): boolean {
  return /^(Policy|Redrive(Allow)?Policy|Kms\w+|FifoQueue|ContentBasedDeduplication|DeduplicationScope|FifoThroughputLimit)$/.test(
    name,
  );
}
