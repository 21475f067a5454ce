import { randomUUID } from 'node:crypto';
import type { Timer } from '../kernel/clock.ts';
import type { Cloud, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { onQueue } from './access.ts';
import { numberOf, redrivePolicy } from './attributes.ts';
import { runBatch } from './batch.ts';
import { invalidParameter, missingParameter, sqsError } from './errors.ts';
import type { Message } from './message.ts';
import type { Queue, Queues } from './queues.ts';
import { describeMessage } from './received-message.ts';
import { wake } from './send-operations.ts';

/** Messages that were received and neither deleted nor visible again. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const MOST_IN_FLIGHT = 120_000;
const LONGEST_VISIBILITY_SECONDS = 43_200;

/** Receive, delete and hide messages. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
export function receiveOperations(cloud: Cloud, queues: Queues): Record<string, Operation> {
  return {
    ReceiveMessage: {
      authorize: onQueue('ReceiveMessage', queues),
      waits: (input) => input.WaitTimeSeconds !== 0,
      handle: (input, context) => receive(cloud, queues, input, context),
    },
    DeleteMessage: {
      authorize: onQueue('DeleteMessage', queues),
      handle(input, context) {
        remove(cloud, queues, queues.byUrl(input.QueueUrl, context), input.ReceiptHandle);
      },
    },
    DeleteMessageBatch: {
      authorize: onQueue('DeleteMessage', queues),
      handle(input, context) {
        const queue = queues.byUrl(input.QueueUrl, context);
        return runBatch(input.Entries, (entry) => remove(cloud, queues, queue, entry.ReceiptHandle));
      },
    },
    ChangeMessageVisibility: {
      authorize: onQueue('ChangeMessageVisibility', queues),
      handle(input, context) {
        hide(cloud, queues, queues.byUrl(input.QueueUrl, context), input);
      },
    },
    ChangeMessageVisibilityBatch: {
      authorize: onQueue('ChangeMessageVisibility', queues),
      handle(input, context) {
        const queue = queues.byUrl(input.QueueUrl, context);
        return runBatch(input.Entries, (entry) => hide(cloud, queues, queue, entry));
      },
    },
  };
}

async function receive(cloud: Cloud, queues: Queues, input: OperationInput, context: RequestContext) {
  const queue = queues.byUrl(input.QueueUrl, context);
  const { attributes } = queue.record;
  const count = within('MaxNumberOfMessages', input.MaxNumberOfMessages ?? 1, 1, 10);
  const wait = within(
    'WaitTimeSeconds',
    input.WaitTimeSeconds ?? numberOf(attributes, 'ReceiveMessageWaitTimeSeconds'),
    0,
    20,
  );
  const hidden = within(
    'VisibilityTimeout',
    input.VisibilityTimeout ?? numberOf(attributes, 'VisibilityTimeout'),
    0,
    LONGEST_VISIBILITY_SECONDS,
  );
  const until = cloud.clock.now() + wait * 1000;
  const attempt = () => take(cloud, queues, queue, count, hidden);
  const taken = wait === 0 ? attempt() : await longPoll(cloud, queue, until, attempt, context.signal);
  if (taken.length === 0) return {};
  return { Messages: taken.map((message) => describeMessage(queue, message, input)) };
}

/**
 * Attempts at once, whenever a message may have become visible, and when the poll is over; ends early when the client
 * hangs up. Attempts happen in the turn of the clock that caused them: later, a jumping clock may have leapt on.
 */
function longPoll(
  cloud: Cloud,
  queue: Queue,
  until: number,
  attempt: () => Message[],
  signal?: AbortSignal,
): Promise<Message[]> {
  return new Promise((resolve, reject) => {
    let timer: Timer | undefined;
    const end = (taken: Message[]) => {
      queue.waiting.delete(tryNow);
      timer?.cancel();
      signal?.removeEventListener('abort', hangUp);
      resolve(taken);
    };
    const hangUp = () => end([]);
    const tryNow = () => {
      timer?.cancel();
      try {
        const taken = attempt();
        const now = cloud.clock.now();
        if (taken.length > 0 || now >= until || signal?.aborted) return end(taken);
        let next = until;
        for (const { visibleAt } of queue.messages.values()) if (visibleAt > now && visibleAt < next) next = visibleAt;
        timer = cloud.clock.at(next, tryNow, { background: true });
      } catch (error) {
        reject(error);
        end([]);
      }
    };
    queue.waiting.add(tryNow);
    signal?.addEventListener('abort', hangUp, { once: true });
    tryNow();
  });
}

function take(cloud: Cloud, queues: Queues, queue: Queue, count: number, visibilitySeconds: number): Message[] {
  const now = cloud.clock.now();
  const oldest = now - numberOf(queue.record.attributes, 'MessageRetentionPeriod') * 1000;
  const redrive = redrivePolicy(queue.record.attributes);
  const deadLetters = redrive && queues.byArn(redrive.target);
  const lockedGroups = new Set<string>();
  const taken: Message[] = [];
  let inFlight = 0;
  for (const message of queue.messages.values()) {
    if (taken.length === count) break;
    if (message.sentAt < oldest) {
      queues.removeMessage(queue, message);
      continue;
    }
    const group = queue.fifo ? message.groupId : undefined;
    if (message.visibleAt > now) {
      if (message.receipt) inFlight++;
      // A group gives its next message only after the one before it is gone.
      if (group !== undefined) lockedGroups.add(group);
      continue;
    }
    if (group !== undefined && lockedGroups.has(group)) continue;
    if (redrive && deadLetters && message.receiveCount >= redrive.maxReceiveCount) {
      moveToDeadLetters(cloud, queues, queue, deadLetters, message);
      continue;
    }
    if (inFlight >= MOST_IN_FLIGHT) throw sqsError('OverLimit', 'Too many messages in flight.');
    message.receiveCount++;
    message.firstReceivedAt ??= now;
    message.receipt = randomUUID();
    message.visibleAt = now + visibilitySeconds * 1000;
    queues.putMessage(queue, message);
    taken.push(message);
  }
  return taken;
}

/** The message keeps its id and the time it was sent: its retention goes on counting (standard queues). */
function moveToDeadLetters(cloud: Cloud, queues: Queues, from: Queue, to: Queue, message: Message): void {
  const { receipt: _receipt, ...rest } = message;
  const moved: Message = {
    ...rest,
    sequence: queues.nextSequence(),
    visibleAt: cloud.clock.now(),
    deadLetterSource: from.arn,
    ...(to.fifo && { sentAt: cloud.clock.now() }),
  };
  cloud.store.transaction(() => {
    queues.putMessage(to, moved);
    queues.removeMessage(from, message);
  });
  wake(cloud, to, moved);
}

/** The message a receipt handle stands for; `newest` is false for the handle of an earlier receive. */
function findReceipt(queue: Queue, handle: unknown): { message: Message | undefined; newest: boolean } {
  if (typeof handle !== 'string' || handle === '') throw missingParameter('ReceiptHandle');
  const [key, sequence, nonce] = Buffer.from(handle, 'base64').toString().split(' ');
  if (key !== queue.key || !nonce || !/^\d+$/.test(sequence ?? '')) {
    throw sqsError('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`);
  }
  const message = queue.messages.get(Number(sequence));
  return { message, newest: message?.receipt === nonce };
}

/** An outdated handle is accepted and deletes nothing, as AWS may do; on a FIFO queue it is refused once the message is visible again. */
function remove(cloud: Cloud, queues: Queues, queue: Queue, handle: unknown): object {
  const { message, newest } = findReceipt(queue, handle);
  if (!message || !newest) return {};
  if (queue.fifo && message.visibleAt <= cloud.clock.now()) {
    throw invalidParameter('ReceiptHandle', handle, 'The receipt handle has expired.');
  }
  queues.removeMessage(queue, message);
  // The next message of its group may be received now.
  if (queue.fifo) for (const resume of [...queue.waiting]) resume();
  return {};
}

function hide(cloud: Cloud, queues: Queues, queue: Queue, input: OperationInput): object {
  if (input.VisibilityTimeout === undefined) throw missingParameter('VisibilityTimeout');
  const seconds = within('VisibilityTimeout', input.VisibilityTimeout, 0, LONGEST_VISIBILITY_SECONDS);
  const { message, newest } = findReceipt(queue, input.ReceiptHandle);
  const now = cloud.clock.now();
  if (!message || !newest || message.visibleAt <= now) {
    throw sqsError(
      'MessageNotInflight',
      `Value ${input.ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    );
  }
  if (now + seconds * 1000 - (message.firstReceivedAt ?? now) > LONGEST_VISIBILITY_SECONDS * 1000) {
    throw invalidParameter(
      'VisibilityTimeout',
      seconds,
      `Total VisibilityTimeout for the message is beyond the limit [${LONGEST_VISIBILITY_SECONDS} seconds].`,
    );
  }
  message.visibleAt = now + seconds * 1000;
  queues.putMessage(queue, message);
  for (const resume of [...queue.waiting]) resume();
  return {};
}

function within(parameter: string, value: unknown, least: number, most: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw invalidParameter(parameter, value, `Must be between ${least} and ${most}, if provided.`);
}
