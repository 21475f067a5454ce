import type { Caller, Cloud } from '../kernel/service.ts';
import { functionArn } from './arn.ts';
import { executionRole } from './environment.ts';
import type { QueuedEvent } from './event-queue.ts';
import type { FunctionRecord, FunctionStore } from './function-store.ts';
import type { InvocationResult } from './invoker.ts';

type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';

/**
 * Tells the destination and the dead-letter queue how an asynchronous invocation ended, as the function's own role.
 * A refused delivery is lost with a log line, as on AWS (there it is the metric DestinationDeliveryFailures).
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export async function deliverOutcome(
  cloud: Cloud,
  functions: FunctionStore,
  record: FunctionRecord,
  event: QueuedEvent,
  condition: Condition,
  result?: InvocationResult,
): Promise<void> {
  const config = record.eventInvoke[event.qualifier ?? '$LATEST'];
  const destination = condition === 'Success' ? config?.onSuccess : config?.onFailure;
  try {
    const version = functions.version(record, event);
    const deadLetter = condition === 'Success' ? undefined : version.deadLetterTarget;
    if (!destination && !deadLetter) return;
    const role = executionRole(cloud, record, version);
    if (destination) {
      const text = JSON.stringify(outcomeRecord(cloud, record, event, condition, version.version, result));
      await deliver(cloud, role, destination, text, condition, functionArn(record));
    }
    if (deadLetter) await sendToQueue(cloud, role, deadLetter, event.payload, deadLetterAttributes(event, result));
  } catch (error) {
    cloud.log('warn', 'outcome of an asynchronous invocation not delivered', {
      function: record.name,
      error: String(error),
    });
  }
}

function outcomeRecord(
  cloud: Cloud,
  record: FunctionRecord,
  event: QueuedEvent,
  condition: Condition,
  version: string,
  result?: InvocationResult,
): Record<string, unknown> {
  return {
    version: '1.0',
    timestamp: new Date(cloud.clock.now()).toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn: functionArn({ ...record, qualifier: event.qualifier ?? '$LATEST' }),
      condition,
      approximateInvokeCount: event.failures + (condition === 'Success' ? 1 : 0),
    },
    requestPayload: JSON.parse(event.payload),
    ...(result && {
      responseContext: {
        statusCode: 200,
        executedVersion: version,
        ...(result.error && { functionError: 'Unhandled' }),
      },
      responsePayload: JSON.parse(result.body),
    }),
  };
}

async function deliver(cloud: Cloud, role: Caller, target: string, text: string, condition: Condition, source: string) {
  const service = target.split(':')[2];
  const region = target.split(':')[3] ?? cloud.region;
  if (service === 'sqs') return await sendToQueue(cloud, role, target, text);
  if (service === 'lambda') {
    return await cloud.call(
      'lambda',
      'Invoke',
      { FunctionName: target, InvocationType: 'Event', Payload: text },
      role,
      { region },
    );
  }
  if (service === 'sns')
    return await cloud.call('sns', 'Publish', { TopicArn: target, Message: text }, role, { region });
  const entry = {
    EventBusName: target,
    Source: 'lambda',
    DetailType: `Lambda Function Invocation Result - ${condition === 'Success' ? 'Success' : 'Failure'}`,
    Resources: [target, source],
    Detail: text,
  };
  return await cloud.call('events', 'PutEvents', { Entries: [entry] }, role, { region });
}

async function sendToQueue(
  cloud: Cloud,
  role: Caller,
  arn: string,
  body: string,
  attributes?: Record<string, unknown>,
) {
  const [, , , region = cloud.region, account = '', name = ''] = arn.split(':');
  await cloud.call(
    'sqs',
    'SendMessage',
    {
      QueueUrl: `${cloud.endpoint}/${account}/${name}`,
      MessageBody: body,
      ...(attributes && { MessageAttributes: attributes }),
    },
    role,
    { region },
  );
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq */
function deadLetterAttributes(event: QueuedEvent, result?: InvocationResult): Record<string, unknown> {
  const text = (value: string) => ({ DataType: 'String', StringValue: value });
  return {
    RequestID: text(event.requestId),
    ErrorCode: { DataType: 'Number', StringValue: '200' },
    ErrorMessage: text((result?.error?.errorMessage ?? 'Event age exceeded').slice(0, 1024) || ' '),
  };
}
