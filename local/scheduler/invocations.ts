import { randomUUID } from 'node:crypto';
import { createAttempts } from '../events/delivery/attempts.ts';
import { type DeliveryFailure, deliveryFailure, RoleNotAssumable } from '../events/delivery/failures.ts';
import { type ExhaustedCondition, nextAttempt } from '../events/delivery/retry-policy.ts';
import { queueUrl } from '../events/delivery/targets.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Caller, Cloud } from '../kernel/service.ts';
import type { InvocationRecord, ScheduleRecord, SchedulerStore } from './records.ts';
import { requestRegion, type TargetRequest, targetRequest } from './target-request.ts';

/** Invokes the targets of schedules, at least once, across restarts. */
export interface Invocations {
  /** Records the invocation that was due at `scheduledAt`; durable with the transaction around it. Returns its id. */
  plan(schedule: ScheduleRecord, scheduledAt: number): string;
  /** Attempts what was planned. */
  start(id: string): void;
  resume(): void;
  stop(): Promise<void>;
}

const PRINCIPAL = 'scheduler.amazonaws.com';
/** Invocations over the records in the store. */
export function createInvocations(cloud: Cloud, records: SchedulerStore): Invocations {
  const attempts = createAttempts(cloud, async (id) => {
    const invocation = records.invocations.get(id);
    if (!invocation) return undefined;
    try {
      await send(cloud, invocation, targetRequest(cloud, invocation));
    } catch (error) {
      return afterFailure(cloud, records, invocation, deliveryFailure(error));
    }
    records.invocations.delete(id);
    const { scheduleArn, target } = invocation;
    cloud.emit({ type: 'scheduler.invoked', detail: { schedule: scheduleArn, target: target.Arn } });
    return undefined;
  });

  return {
    plan(schedule, scheduledAt) {
      const { accountId, region, target } = schedule;
      const now = cloud.clock.now();
      const invocation = { id: randomUUID(), scheduleArn: schedule.arn, accountId, region, target, scheduledAt };
      records.invocations.put(invocation.id, { ...invocation, ingestedAt: now, failedAttempts: 0, nextAttemptAt: now });
      return invocation.id;
    },
    start: attempts.begin,
    resume: () => attempts.resume(records.invocations.entries().map(([, invocation]) => invocation)),
    stop: attempts.stop,
  };
}

/** When to try again; or, that being useless, the call goes to the dead-letter queue. */
async function afterFailure(
  cloud: Cloud,
  records: SchedulerStore,
  invocation: InvocationRecord,
  failure: DeliveryFailure,
): Promise<number | undefined> {
  const next = failure.retriable ? nextAttempt(invocation, cloud.clock.now()) : undefined;
  if (next && 'at' in next) {
    const failedAttempts = invocation.failedAttempts + 1;
    records.invocations.put(invocation.id, { ...invocation, failedAttempts, nextAttemptAt: next.at });
    return next.at;
  }
  await sendToDeadLetterQueue(cloud, invocation, failure, next?.exhausted);
  records.invocations.delete(invocation.id);
  return undefined;
}

/** A session of the role for EventBridge Scheduler. Throws `RoleNotAssumable`. */
export function assumeExecutionRole(cloud: Cloud, roleArn: string): Caller {
  try {
    return cloud.identity.serviceRole(roleArn, PRINCIPAL, 'AwsScheduler');
  } catch (error) {
    throw new RoleNotAssumable(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function send(cloud: Cloud, invocation: InvocationRecord, request: TargetRequest): Promise<void> {
  const caller = assumeExecutionRole(cloud, invocation.target.RoleArn);
  try {
    const region = requestRegion(invocation);
    const answer = await cloud.call(request.service, request.operation, request.input, caller, { region });
    const [failed] = request.operation === 'PutEvents' && answer.FailedEntryCount > 0 ? answer.Entries : [];
    if (failed) throw new AwsError(failed.ErrorCode, failed.ErrorMessage);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ExecutionAlreadyExists') throw error;
  }
}

/**
 * The call that could not be made goes to the dead-letter queue, sent with the schedule's role.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
 */
async function sendToDeadLetterQueue(
  cloud: Cloud,
  invocation: InvocationRecord,
  failure: DeliveryFailure,
  exhausted: ExhaustedCondition | undefined,
): Promise<void> {
  const { target, scheduleArn } = invocation;
  const queue = target.DeadLetterConfig?.Arn;
  const fields = { schedule: scheduleArn, target: target.Arn, error: failure.message };
  cloud.log('warn', `scheduler: ${failure.code}, the invocation ${queue ? `goes to ${queue}` : 'is dropped'}`, fields);
  if (!queue) return;
  const text = (value: string) => ({ DataType: 'String', StringValue: value });
  const message = {
    QueueUrl: queueUrl(cloud, queue),
    MessageBody: JSON.stringify(targetRequest(cloud, invocation).input),
    MessageAttributes: {
      SCHEDULE_ARN: text(scheduleArn),
      TARGET_ARN: text(target.Arn),
      EXECUTION_ID: text(invocation.id),
      SCHEDULED_TIME: text(`${new Date(invocation.scheduledAt).toISOString().slice(0, 19)}Z`),
      ERROR_CODE: text(failure.code),
      ERROR_MESSAGE: text(failure.message || failure.code),
      RETRY_ATTEMPTS: text(String(invocation.failedAttempts)),
      ...(exhausted && { EXHAUSTED_RETRY_CONDITION: text(exhausted) }),
    },
  };
  try {
    const caller = assumeExecutionRole(cloud, target.RoleArn);
    await cloud.call('sqs', 'SendMessage', message, caller, { region: invocation.region });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    cloud.log(
      'error',
      `scheduler: the dead-letter queue ${queue} refused the invocation, it is lost: ${reason}`,
      fields,
    );
  }
}
