import type { Cloud } from '../../kernel/service.ts';
import type { DeliveryRecord } from '../records.ts';
import type { DeliveryFailure } from './failures.ts';
import type { ExhaustedCondition } from './retry-policy.ts';
import { eventBridge, queueUrl } from './targets.ts';

/**
 * Puts an event that could not be delivered into the target's dead-letter queue, with the attributes EventBridge
 * sets. Without a queue, or when the queue's policy does not let EventBridge send, the event is lost, as on AWS; the
 * log says so.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html#eb-dlq-considerations
 */
export async function sendToDeadLetterQueue(
  cloud: Cloud,
  delivery: DeliveryRecord,
  failure: DeliveryFailure,
  exhausted: ExhaustedCondition | undefined,
): Promise<void> {
  const queue = delivery.target.DeadLetterConfig?.Arn;
  const fields = {
    rule: delivery.ruleArn,
    target: delivery.target.Arn,
    eventId: delivery.eventId,
    error: failure.message,
  };
  cloud.log('warn', `events: ${failure.code}, the event ${queue ? `goes to ${queue}` : 'is dropped'}`, fields);
  cloud.emit({ type: 'events.dead-letter', detail: { ...fields, queue, code: failure.code } });
  if (!queue) return;
  try {
    await cloud.call(
      'sqs',
      'SendMessage',
      {
        QueueUrl: queueUrl(cloud, queue),
        MessageBody: delivery.event,
        MessageAttributes: attributes(delivery, failure, exhausted),
      },
      eventBridge(delivery),
      { region: delivery.region },
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    cloud.log('error', `events: the dead-letter queue ${queue} refused the event, it is lost: ${reason}`, fields);
  }
}

function attributes(
  delivery: DeliveryRecord,
  failure: DeliveryFailure,
  exhausted: ExhaustedCondition | undefined,
): Record<string, { DataType: string; StringValue: string }> {
  const text = (value: string) => ({ DataType: 'String', StringValue: value });
  return {
    RULE_ARN: text(delivery.ruleArn),
    TARGET_ARN: text(delivery.target.Arn),
    ERROR_CODE: text(failure.code),
    ERROR_MESSAGE: text(failure.message || failure.code),
    RETRY_ATTEMPTS: { DataType: 'Number', StringValue: String(delivery.failedAttempts) },
    ...(exhausted && { EXHAUSTED_RETRY_CONDITION: text(exhausted) }),
  };
}
