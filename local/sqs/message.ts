import { createHash } from 'node:crypto';
import type { OperationInput } from '../kernel/service.ts';
import { invalidParameter, missingParameter, sqsError } from './errors.ts';

export interface MessageAttribute {
  DataType: string;
  StringValue?: string;
  /** base64 */
  BinaryValue?: string;
}

/** A message as the store keeps it; times are simulated milliseconds. */
export interface Message {
  /** Position in the queue: messages are offered in this order. */
  sequence: number;
  id: string;
  body: string;
  attributes: Record<string, MessageAttribute>;
  senderId: string;
  sentAt: number;
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt?: number;
  /** Nonce of the newest receipt handle: older ones no longer delete the message. */
  receipt?: string;
  groupId?: string;
  deduplicationId?: string;
  /** 20 digits, FIFO queues only. */
  sequenceNumber?: string;
  traceHeader?: string;
  /** ARN of the queue that gave the message up. */
  deadLetterSource?: string;
}

/** Since 2025 a message may have 1 MiB, body and attributes together. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const LARGEST_MESSAGE_BYTES = 1_048_576;
const FORBIDDEN = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** Checks body and attributes of SendMessage. Throws InvalidMessageContents, InvalidParameterValueException, MissingRequiredParameterException. */
export function parseContent(input: OperationInput): {
  body: string;
  attributes: Record<string, MessageAttribute>;
  size: number;
} {
  const body = input.MessageBody;
  if (typeof body !== 'string') throw missingParameter('MessageBody');
  if (body.length === 0) throw missingParameter('MessageBody');
  const forbidden = FORBIDDEN.exec(body)?.[0];
  if (forbidden !== undefined) {
    throw sqsError(
      'InvalidMessageContents',
      `Invalid binary character '#x${forbidden.codePointAt(0)?.toString(16)}' was found in the message body, the set of allowed characters is #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]`,
    );
  }
  const attributes = parseAttributes(input.MessageAttributes ?? {});
  return { body, attributes, size: Buffer.byteLength(body) + attributesSize(attributes) };
}

function parseAttributes(given: Record<string, OperationInput>): Record<string, MessageAttribute> {
  const entries = Object.entries(given);
  if (entries.length > 10) {
    throw invalidParameter(
      'MessageAttributes',
      entries.length,
      'Number of message attributes exceeds the allowed maximum [10].',
    );
  }
  return Object.fromEntries(entries.map(([name, value]) => [name, parseAttribute(name, value)]));
}

function parseAttribute(name: string, value: OperationInput): MessageAttribute {
  if (!/^(?!aws\.|amazon\.)[A-Za-z0-9_.-]{1,256}$/i.test(name)) {
    throw sqsError('InvalidParameterValueException', `The message attribute name '${name}' is invalid.`);
  }
  const dataType = value?.DataType;
  if (typeof dataType !== 'string' || !/^(String|Number|Binary)(\..+)?$/.test(dataType)) {
    throw sqsError(
      'InvalidParameterValueException',
      `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
    );
  }
  if (dataType.startsWith('Binary')) {
    const binary = value.BinaryValue;
    const text = binary instanceof Uint8Array ? Buffer.from(binary).toString('base64') : binary;
    if (typeof text === 'string' && text !== '') return { DataType: dataType, BinaryValue: text };
  } else if (typeof value.StringValue === 'string' && value.StringValue !== '') {
    return { DataType: dataType, StringValue: value.StringValue };
  }
  throw sqsError(
    'InvalidParameterValueException',
    `Message (user) attribute '${name}' must contain a non-empty value of type '${dataType}'.`,
  );
}

function attributesSize(attributes: Record<string, MessageAttribute>): number {
  let size = 0;
  for (const [name, value] of Object.entries(attributes)) {
    size += Buffer.byteLength(name) + Buffer.byteLength(value.DataType) + valueBytes(value).length;
  }
  return size;
}

function valueBytes(attribute: MessageAttribute): Buffer {
  return attribute.BinaryValue === undefined
    ? Buffer.from(attribute.StringValue ?? '')
    : Buffer.from(attribute.BinaryValue, 'base64');
}

/** Lower-case hexadecimal MD5, as clients compare it. */
export function md5(content: string | Buffer): string {
  return createHash('md5').update(content).digest('hex');
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation */
export function attributesMd5(attributes: Record<string, MessageAttribute>): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const parts: Buffer[] = [];
  const sized = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    parts.push(length, bytes);
  };
  for (const name of names) {
    const value = attributes[name];
    if (!value) continue;
    sized(Buffer.from(name));
    sized(Buffer.from(value.DataType));
    parts.push(Buffer.from([value.BinaryValue === undefined ? 1 : 2]));
    sized(valueBytes(value));
  }
  return md5(Buffer.concat(parts));
}
