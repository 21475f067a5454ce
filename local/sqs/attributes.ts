import { invalidParameter, sqsError } from './errors.ts';
import { LARGEST_MESSAGE_BYTES } from './message.ts';

/** The settings of a queue, by their API names; values are strings as on the wire. */
export type QueueAttributes = Record<string, string>;

/** Defaults and bounds in the unit of the attribute. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const NUMBERS: Record<string, { least: number; most: number; standard: number }> = {
  DelaySeconds: { least: 0, most: 900, standard: 0 },
  MaximumMessageSize: { least: 1024, most: LARGEST_MESSAGE_BYTES, standard: LARGEST_MESSAGE_BYTES },
  MessageRetentionPeriod: { least: 60, most: 1_209_600, standard: 345_600 },
  ReceiveMessageWaitTimeSeconds: { least: 0, most: 20, standard: 0 },
  VisibilityTimeout: { least: 0, most: 43_200, standard: 30 },
  KmsDataKeyReusePeriodSeconds: { least: 60, most: 86_400, standard: 300 },
};
const FLAGS = ['FifoQueue', 'ContentBasedDeduplication', 'SqsManagedSseEnabled'];
const TEXTS = [
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'DeduplicationScope',
  'FifoThroughputLimit',
];
const FIFO_ONLY = ['ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit'];

/** Checks the attributes of CreateQueue and SetQueueAttributes. Throws InvalidAttributeName, InvalidAttributeValue. */
export function parseQueueAttributes(given: Record<string, unknown>, fifo: boolean): QueueAttributes {
  const attributes: QueueAttributes = {};
  for (const [name, raw] of Object.entries(given)) {
    const value = String(raw);
    if (!(name in NUMBERS) && !FLAGS.includes(name) && !TEXTS.includes(name)) {
      throw sqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
    }
    if (!fifo && FIFO_ONLY.includes(name)) throw sqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
    check(name, value);
    attributes[name] = value;
  }
  return attributes;
}

function check(name: string, value: string): void {
  const bounds = NUMBERS[name];
  if (bounds) {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < bounds.least || number > bounds.most) throw invalidAttribute(name);
  } else if (FLAGS.includes(name)) {
    if (value !== 'true' && value !== 'false') throw invalidAttribute(name);
  } else if (value !== '' && (name === 'Policy' || name.startsWith('Redrive'))) {
    parseJson(name, value);
  }
}

function invalidAttribute(name: string) {
  return sqsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
}

function parseJson(name: string, value: string): Record<string, unknown> {
  try {
    const parsed = JSON.parse(value);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch {
    throw invalidAttribute(name);
  }
  throw invalidAttribute(name);
}

/** A numeric setting, or its default. */
export function numberOf(attributes: QueueAttributes, name: string): number {
  return Number(attributes[name] ?? NUMBERS[name]?.standard ?? 0);
}

/** Where messages go after how many receives; undefined without a RedrivePolicy. */
export function redrivePolicy(attributes: QueueAttributes): { target: string; maxReceiveCount: number } | undefined {
  const text = attributes['RedrivePolicy'];
  if (!text) return undefined;
  const policy = parseJson('RedrivePolicy', text);
  const maxReceiveCount = Number(policy['maxReceiveCount']);
  const target = policy['deadLetterTargetArn'];
  if (typeof target !== 'string' || !target.startsWith('arn:')) {
    throw invalidParameter(
      'RedrivePolicy',
      text,
      'Redrive policy does not contain mandatory attribute: deadLetterTargetArn.',
    );
  }
  if (!Number.isInteger(maxReceiveCount) || maxReceiveCount < 1 || maxReceiveCount > 1000) {
    throw invalidParameter('RedrivePolicy', text, 'Invalid value for maxReceiveCount: must be between 1 and 1000.');
  }
  return { target, maxReceiveCount };
}

/** What GetQueueAttributes shows of the settings: defaults filled in. */
export function shownAttributes(attributes: QueueAttributes): QueueAttributes {
  const shown: QueueAttributes = {};
  for (const [name, bounds] of Object.entries(NUMBERS)) {
    if (name !== 'KmsDataKeyReusePeriodSeconds' || attributes['KmsMasterKeyId']) shown[name] = String(bounds.standard);
  }
  shown['SqsManagedSseEnabled'] = attributes['KmsMasterKeyId'] ? 'false' : 'true';
  if (attributes['FifoQueue'] === 'true') {
    Object.assign(shown, {
      ContentBasedDeduplication: 'false',
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
    });
  }
  for (const [name, value] of Object.entries(attributes)) if (value !== '') shown[name] = value;
  return shown;
}
