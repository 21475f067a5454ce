import { createHash, randomUUID } from 'node:crypto';
import type { Cloud, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { onQueue } from './access.ts';
import { numberOf } from './attributes.ts';
import { runBatch } from './batch.ts';
import { invalidParameter, missingParameter, sqsError } from './errors.ts';
import { attributesMd5, LARGEST_MESSAGE_BYTES, type Message, md5, parseContent } from './message.ts';
import { DEDUPLICATION_MILLISECONDS, type Queue, type Queues } from './queues.ts';

/** SendMessage and SendMessageBatch. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export function sendOperations(cloud: Cloud, queues: Queues): Record<string, Operation> {
  return {
    SendMessage: {
      authorize: onQueue('SendMessage', queues),
      handle(input, context) {
        const queue = queues.byUrl(input.QueueUrl, context);
        const sent: Message[] = [];
        const answer = send(cloud, queues, queue, input, context, sent);
        for (const message of sent) wake(cloud, queue, message);
        return answer;
      },
    },
    SendMessageBatch: {
      authorize: onQueue('SendMessage', queues),
      handle(input, context) {
        const queue = queues.byUrl(input.QueueUrl, context);
        const total = (input.Entries ?? []).reduce(
          (sum: number, entry: OperationInput) => sum + Buffer.byteLength(String(entry?.MessageBody ?? '')),
          0,
        );
        if (total > LARGEST_MESSAGE_BYTES) {
          throw sqsError(
            'BatchRequestTooLong',
            `Batch requests cannot be longer than ${LARGEST_MESSAGE_BYTES} bytes. You have sent ${total} bytes.`,
          );
        }
        const sent: Message[] = [];
        const answer = cloud.store.transaction(() =>
          runBatch(input.Entries, (entry) => send(cloud, queues, queue, entry, context, sent)),
        );
        // Only now: one poll then receives the batch together, and nothing of it before it is durable.
        for (const message of sent) wake(cloud, queue, message);
        return answer;
      },
    },
  };
}

/** `sent` gets the message unless it is a duplicate: its arrival is still to be announced. */
function send(
  cloud: Cloud,
  queues: Queues,
  queue: Queue,
  input: OperationInput,
  context: RequestContext,
  sent: Message[],
) {
  const content = parseContent(input);
  const limit = numberOf(queue.record.attributes, 'MaximumMessageSize');
  if (content.size > limit) {
    throw sqsError(
      'InvalidParameterValueException',
      `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`,
    );
  }
  const order = queue.fifo ? fifoOrder(queue, input, content.body) : standardOrder(input);
  const checksums = {
    MD5OfMessageBody: md5(content.body),
    ...(Object.keys(content.attributes).length > 0 && { MD5OfMessageAttributes: attributesMd5(content.attributes) }),
  };
  const now = cloud.clock.now();
  const earlier =
    order.deduplicationId === undefined ? undefined : queue.accepted.get(order.scope + order.deduplicationId);
  if (earlier && now - earlier.at < DEDUPLICATION_MILLISECONDS) {
    return { ...checksums, MessageId: earlier.id, SequenceNumber: earlier.sequenceNumber };
  }
  const sequence = queues.nextSequence();
  const message: Message = {
    sequence,
    id: randomUUID(),
    body: content.body,
    attributes: content.attributes,
    senderId: context.caller.userId,
    sentAt: now,
    visibleAt: now + delaySeconds(queue, input) * 1000,
    receiveCount: 0,
    ...(order.groupId !== undefined && { groupId: order.groupId }),
    ...(order.deduplicationId !== undefined && { deduplicationId: order.deduplicationId }),
    ...(queue.fifo && { sequenceNumber: sequenceNumber(now, sequence) }),
    ...(input.MessageSystemAttributes?.AWSTraceHeader?.StringValue && {
      traceHeader: input.MessageSystemAttributes.AWSTraceHeader.StringValue,
    }),
  };
  queues.putMessage(queue, message);
  if (order.deduplicationId !== undefined) queues.accept(queue, order.scope + order.deduplicationId, message);
  sent.push(message);
  return {
    ...checksums,
    MessageId: message.id,
    ...(message.sequenceNumber && { SequenceNumber: message.sequenceNumber }),
  };
}

/** Ends the long polls of the queue, now or when the message's delay is over. */
export function wake(cloud: Cloud, queue: Queue, message: Message): void {
  const ring = () => {
    for (const resume of [...queue.waiting]) resume();
  };
  if (message.visibleAt <= cloud.clock.now()) ring();
  else cloud.clock.at(message.visibleAt, ring);
}

function sequenceNumber(now: number, sequence: number): string {
  return (BigInt(Math.floor(now)) * 1_000_000n + BigInt(sequence % 1_000_000)).toString().padStart(20, '1');
}

interface Order {
  groupId?: string;
  deduplicationId?: string;
  /** Deduplication per message group prefixes the id with the group. */
  scope: string;
}

function standardOrder(input: OperationInput): Order {
  if (input.MessageDeduplicationId !== undefined) {
    throw invalidParameter(
      'MessageDeduplicationId',
      input.MessageDeduplicationId,
      'The request includes a parameter that is not valid for this queue type.',
    );
  }
  // Since 2025 a standard queue takes a group id (fair queues).
  return input.MessageGroupId === undefined
    ? { scope: '' }
    : { groupId: identifier('MessageGroupId', input.MessageGroupId), scope: '' };
}

function fifoOrder(queue: Queue, input: OperationInput, body: string): Order {
  if (input.MessageGroupId === undefined) throw missingParameter('MessageGroupId');
  if (input.DelaySeconds !== undefined) {
    throw invalidParameter(
      'DelaySeconds',
      input.DelaySeconds,
      'The request include parameter that is not valid for this queue type.',
    );
  }
  const { attributes } = queue.record;
  const groupId = identifier('MessageGroupId', input.MessageGroupId);
  const scope = attributes['DeduplicationScope'] === 'messageGroup' ? `${groupId}/` : '';
  if (input.MessageDeduplicationId !== undefined) {
    return { groupId, deduplicationId: identifier('MessageDeduplicationId', input.MessageDeduplicationId), scope };
  }
  if (attributes['ContentBasedDeduplication'] !== 'true') {
    throw sqsError(
      'InvalidParameterValueException',
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
  return { groupId, deduplicationId: createHash('sha256').update(body).digest('hex'), scope };
}

function identifier(parameter: string, value: unknown): string {
  if (typeof value === 'string' && /^[\x21-\x7e]{1,128}$/.test(value)) return value;
  throw invalidParameter(
    parameter,
    value,
    `${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
}

function delaySeconds(queue: Queue, input: OperationInput): number {
  if (input.DelaySeconds === undefined) return numberOf(queue.record.attributes, 'DelaySeconds');
  const delay = Number(input.DelaySeconds);
  if (Number.isInteger(delay) && delay >= 0 && delay <= 900) return delay;
  throw invalidParameter('DelaySeconds', input.DelaySeconds, 'DelaySeconds must be >= 0 and <= 900.');
}
