import { randomUUID } from 'node:crypto';
import type { AccessRequest, Cloud, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import type { Collection } from '../kernel/store.ts';
import { redrivePolicy } from './attributes.ts';
import { invalidParameter, sqsError } from './errors.ts';
import type { Message } from './message.ts';
import type { Queue, Queues } from './queues.ts';
import { wake } from './send-operations.ts';

interface MoveTask {
  handle: string;
  source: string;
  destination?: string;
  perSecond: number;
  moved: number;
  toMove: number;
  startedAt: number;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  failure?: string;
}

/** Without a rate of its own a task moves at most this many messages a second. */
const MOST_PER_SECOND = 500;

/** Back from a dead-letter queue to where the messages came from. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html */
export function moveTasks(cloud: Cloud, queues: Queues): { operations: Record<string, Operation>; resume(): void } {
  const tasks: Collection<MoveTask> = cloud.store.collection('sqs.move-tasks');

  function step(handle: string): void {
    const task = tasks.get(handle);
    const source = task && queues.byArn(task.source);
    if (!task || !source || task.status !== 'RUNNING') return;
    const arrived: [Queue, Message][] = [];
    cloud.store.transaction(() => {
      const batch = visible(cloud, source).slice(0, task.perSecond);
      for (const message of batch) {
        const target = queues.byArn(task.destination ?? message.deadLetterSource ?? '');
        if (!target) {
          tasks.put(handle, { ...task, status: 'FAILED', failure: 'CouldNotDetermineMessageSource' });
          return;
        }
        arrived.push([target, move(cloud, queues, source, target, message)]);
        task.moved++;
      }
      const done = batch.length < task.perSecond;
      tasks.put(handle, { ...task, status: done ? 'COMPLETED' : 'RUNNING' });
    });
    for (const [queue, message] of arrived) wake(cloud, queue, message);
    if (tasks.get(handle)?.status === 'RUNNING') cloud.clock.at(cloud.clock.now() + 1000, () => step(handle));
  }
  const sourceOf = (input: OperationInput): Queue => {
    const source = queues.byArn(String(input.SourceArn));
    if (source) return source;
    throw sqsError(
      'ResourceNotFoundException',
      'The resource that you specified for the SourceArn parameter does not exist.',
    );
  };
  const runningOn = (arn: string) =>
    tasks.entries().find(([, task]) => task.source === arn && task.status === 'RUNNING');

  return {
    resume() {
      for (const [handle, task] of tasks.entries()) if (task.status === 'RUNNING') step(handle);
    },
    operations: {
      StartMessageMoveTask: {
        authorize: (input, context) => access('StartMessageMoveTask', input.SourceArn, context),
        handle(input) {
          const source = sourceOf(input);
          if (!isDeadLetterQueue(queues, source)) {
            throw sqsError('UnsupportedOperation', 'Source queue must be configured as a Dead Letter Queue.');
          }
          if (input.DestinationArn !== undefined && !queues.byArn(input.DestinationArn)) {
            throw sqsError(
              'ResourceNotFoundException',
              'The resource that you specified for the DestinationArn parameter does not exist.',
            );
          }
          if (runningOn(source.arn)) {
            throw sqsError(
              'UnsupportedOperation',
              'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
            );
          }
          const perSecond = Number(input.MaxNumberOfMessagesPerSecond ?? MOST_PER_SECOND);
          if (!(perSecond >= 1 && perSecond <= MOST_PER_SECOND)) {
            throw invalidParameter(
              'MaxNumberOfMessagesPerSecond',
              perSecond,
              `Must be between 1 and ${MOST_PER_SECOND}.`,
            );
          }
          const task: MoveTask = {
            handle: randomUUID(),
            source: source.arn,
            perSecond,
            moved: 0,
            toMove: visible(cloud, source).length,
            startedAt: Math.floor(cloud.clock.now()),
            status: 'RUNNING',
            ...(input.DestinationArn !== undefined && { destination: input.DestinationArn }),
          };
          tasks.put(task.handle, task);
          step(task.handle);
          return { TaskHandle: task.handle };
        },
      },
      ListMessageMoveTasks: {
        authorize: (input, context) => access('ListMessageMoveTasks', input.SourceArn, context),
        handle(input) {
          const source = sourceOf(input);
          const own = tasks
            .entries()
            .map(([, task]) => task)
            .filter((task) => task.source === source.arn);
          own.sort((a, b) => b.startedAt - a.startedAt);
          return { Results: own.slice(0, Number(input.MaxResults ?? 1)).map(describe) };
        },
      },
      CancelMessageMoveTask: {
        authorize: (input, context) =>
          access('CancelMessageMoveTask', tasks.get(String(input.TaskHandle))?.source, context),
        handle(input) {
          const task = tasks.get(String(input.TaskHandle));
          if (task?.status !== 'RUNNING') throw sqsError('ResourceNotFoundException', 'Task does not exist.');
          tasks.put(task.handle, { ...task, status: 'CANCELLED' });
          return { ApproximateNumberOfMessagesMoved: task.moved };
        },
      },
    },
  };
}

function access(action: string, arn: unknown, context: RequestContext): AccessRequest[] {
  const resource = String(arn ?? '*');
  return [{ action: `sqs:${action}`, resource, resourceAccountId: resource.split(':')[4] ?? context.accountId }];
}

function isDeadLetterQueue(queues: Queues, queue: Queue): boolean {
  const { accountId, region } = queue.record;
  return queues.list(accountId, region).some((other) => redrivePolicy(other.record.attributes)?.target === queue.arn);
}

function visible(cloud: Cloud, queue: Queue): Message[] {
  const now = cloud.clock.now();
  return [...queue.messages.values()].filter((message) => message.visibleAt <= now);
}

/** A moved message starts anew: new id, new retention, no receives. */
function move(cloud: Cloud, queues: Queues, from: Queue, to: Queue, message: Message): Message {
  const { receipt: _receipt, firstReceivedAt: _first, deadLetterSource: _source, ...rest } = message;
  const now = cloud.clock.now();
  const moved: Message = {
    ...rest,
    id: randomUUID(),
    sequence: queues.nextSequence(),
    sentAt: now,
    visibleAt: now,
    receiveCount: 0,
  };
  queues.putMessage(to, moved);
  queues.removeMessage(from, message);
  return moved;
}

function describe(task: MoveTask): Record<string, unknown> {
  return {
    ...(task.status === 'RUNNING' && { TaskHandle: task.handle }),
    Status: task.status,
    SourceArn: task.source,
    ...(task.destination && { DestinationArn: task.destination }),
    MaxNumberOfMessagesPerSecond: task.perSecond,
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    StartedTimestamp: task.startedAt,
    ...(task.failure && { FailureReason: task.failure }),
  };
}
