import type { Cloud, RequestContext } from '../kernel/service.ts';
import type { Collection } from '../kernel/store.ts';
import type { QueueAttributes } from './attributes.ts';
import { missingParameter, noSuchQueue, sqsError } from './errors.ts';
import type { Message } from './message.ts';

/** How long a deduplication id is remembered. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html */
export const DEDUPLICATION_MILLISECONDS = 300_000;

export interface QueueRecord {
  accountId: string;
  region: string;
  name: string;
  attributes: QueueAttributes;
  tags: Record<string, string>;
  createdAt: number;
  modifiedAt: number;
  purgedAt?: number;
}

/** A queue with its messages in order of sequence; changes go through {@link Queues}, which writes them down. */
export interface Queue {
  record: QueueRecord;
  readonly key: string;
  readonly arn: string;
  readonly fifo: boolean;
  readonly messages: Map<number, Message>;
  /** FIFO: deduplication id -> the message that was accepted under it. */
  readonly accepted: Map<string, { id: string; sequenceNumber: string; at: number }>;
  /** Long polls that wait for a message. */
  readonly waiting: Set<() => void>;
}

/** All queues, kept in memory and written through to the store. */
export interface Queues {
  /** Throws QueueDoesNotExist. `url` is a queue URL; account and name are its last two path segments. */
  byUrl(url: unknown, context: RequestContext): Queue;
  byArn(arn: string): Queue | undefined;
  find(accountId: string, region: string, name: string): Queue | undefined;
  list(accountId: string, region: string): Queue[];
  url(queue: { record: QueueRecord }): string;
  create(record: QueueRecord): Queue;
  save(queue: Queue): void;
  remove(queue: Queue): void;
  putMessage(queue: Queue, message: Message): void;
  removeMessage(queue: Queue, message: Message): void;
  accept(queue: Queue, deduplicationId: string, message: Message): void;
  nextSequence(): number;
}

/** Opens the queues of the store, with their messages. */
export function openQueues(cloud: Cloud): Queues {
  const records: Collection<QueueRecord> = cloud.store.collection('sqs.queues');
  const messages: Collection<Message> = cloud.store.collection('sqs.messages');
  const accepted: Collection<{ id: string; sequenceNumber: string; at: number }> =
    cloud.store.collection('sqs.deduplication');
  const queues = new Map<string, Queue>();
  let sequence = 0;

  for (const [key, record] of records.entries()) {
    const queue = openQueue(key, record);
    for (const [, message] of messages.entries(`${key}#`)) {
      queue.messages.set(message.sequence, message);
      sequence = Math.max(sequence, message.sequence);
    }
    for (const [id, entry] of accepted.entries(`${key}#`)) queue.accepted.set(id.slice(key.length + 1), entry);
    queues.set(key, queue);
  }
  const messageKey = (queue: Queue, message: Message) => `${queue.key}#${String(message.sequence).padStart(16, '0')}`;
  const find = (accountId: string, region: string, name: string) => queues.get(`${accountId}/${region}/${name}`);

  return {
    find,
    byUrl(url, context) {
      if (typeof url !== 'string' || url === '') throw missingParameter('QueueUrl');
      const [, accountId, name] = /(?:^|\/)(\d{12})\/([^/]+)\/?$/.exec(url) ?? [];
      if (!accountId || !name) throw invalidAddress(url);
      const queue = find(accountId, context.region, name);
      if (!queue) throw noSuchQueue();
      return queue;
    },
    byArn(arn) {
      const [, , , region = '', accountId = '', name = ''] = arn.split(':');
      return find(accountId, region, name);
    },
    list: (accountId, region) =>
      [...queues.values()]
        .filter((queue) => queue.record.accountId === accountId && queue.record.region === region)
        .sort((a, b) => (a.key < b.key ? -1 : 1)),
    url: ({ record }) => `${cloud.endpoint}/${record.accountId}/${record.name}`,
    create(record) {
      const key = `${record.accountId}/${record.region}/${record.name}`;
      const queue = openQueue(key, record);
      records.put(key, record);
      queues.set(key, queue);
      return queue;
    },
    save: (queue) => records.put(queue.key, queue.record),
    remove(queue) {
      cloud.store.transaction(() => {
        for (const message of queue.messages.values()) messages.delete(messageKey(queue, message));
        for (const id of queue.accepted.keys()) accepted.delete(`${queue.key}#${id}`);
        records.delete(queue.key);
      });
      queues.delete(queue.key);
    },
    putMessage(queue, message) {
      messages.put(messageKey(queue, message), message);
      queue.messages.set(message.sequence, message);
    },
    removeMessage(queue, message) {
      messages.delete(messageKey(queue, message));
      queue.messages.delete(message.sequence);
    },
    accept(queue, deduplicationId, message) {
      for (const [old, { at }] of queue.accepted) {
        if (message.sentAt - at < DEDUPLICATION_MILLISECONDS) break;
        accepted.delete(`${queue.key}#${old}`);
        queue.accepted.delete(old);
      }
      const entry = { id: message.id, sequenceNumber: message.sequenceNumber ?? '', at: message.sentAt };
      accepted.put(`${queue.key}#${deduplicationId}`, entry);
      queue.accepted.set(deduplicationId, entry);
    },
    nextSequence: () => ++sequence,
  };
}

function openQueue(key: string, record: QueueRecord): Queue {
  return {
    key,
    record,
    arn: `arn:aws:sqs:${record.region}:${record.accountId}:${record.name}`,
    fifo: record.attributes['FifoQueue'] === 'true',
    messages: new Map(),
    accepted: new Map(),
    waiting: new Set(),
  };
}

function invalidAddress(url: string) {
  return sqsError('InvalidAddress', `The address ${url} is not valid for this endpoint.`);
}
