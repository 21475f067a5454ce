import type { OperationInput } from '../kernel/service.ts';
import { attributesMd5, type Message, type MessageAttribute, md5 } from './message.ts';
import type { Queue } from './queues.ts';

/** A message as ReceiveMessage hands it out, with the attributes that were asked for. */
export function describeMessage(queue: Queue, message: Message, input: OperationInput): Record<string, unknown> {
  const system = systemAttributes(
    message,
    [input.AttributeNames ?? [], input.MessageSystemAttributeNames ?? []].flat(),
  );
  const attributes = chosen(message.attributes, input.MessageAttributeNames ?? []);
  return {
    MessageId: message.id,
    ReceiptHandle: Buffer.from(`${queue.key} ${message.sequence} ${message.receipt ?? ''}`).toString('base64'),
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(Object.keys(system).length > 0 && { Attributes: system }),
    ...(Object.keys(attributes).length > 0 && {
      MD5OfMessageAttributes: attributesMd5(attributes),
      MessageAttributes: attributes,
    }),
  };
}

function systemAttributes(message: Message, names: readonly string[]): Record<string, string> {
  const all: Record<string, string | undefined> = {
    SenderId: message.senderId,
    SentTimestamp: String(Math.floor(message.sentAt)),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(Math.floor(message.firstReceivedAt ?? 0)),
    SequenceNumber: message.sequenceNumber,
    MessageDeduplicationId: message.deduplicationId,
    MessageGroupId: message.groupId,
    AWSTraceHeader: message.traceHeader,
    DeadLetterQueueSourceArn: message.deadLetterSource,
  };
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined && (names.includes('All') || names.includes(name))) shown[name] = value;
  }
  return shown;
}

function chosen(
  attributes: Record<string, MessageAttribute>,
  names: readonly string[],
): Record<string, MessageAttribute> {
  const wanted = (name: string) =>
    names.some(
      (pattern) =>
        pattern === 'All' || pattern === name || (pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -2))),
    );
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => wanted(name)));
}
