import { createHash, randomUUID } from 'node:crypto';
import type { JsonValue, TaskCall } from '../engine/contract.ts';
import { isObject, type JsonObject } from '../engine/payload.ts';
import { withSdkMetadata } from '../tasks/output.ts';
import type { TaskResource } from '../tasks/resource.ts';

/**
 * What TaskSubmitted shows of a mocked `.waitForTaskToken` or `.sync` task: the mock file holds only the task's outcome,
 * so the request's own answer is made up in the shape the service would give it.
 */
export function submittedOutput(task: TaskCall, resource: TaskResource, now: number): JsonValue {
  if (resource.kind !== 'optimized') return {};
  const parameters = isObject(task.parameters) ? task.parameters : {};
  const { service } = resource;
  return withSdkMetadata(answerOf(service, parameters, now), { service, now, executedVersion: '$LATEST' });
}

function answerOf(service: string, parameters: JsonObject, now: number): JsonObject {
  switch (service) {
    case 'sqs':
      return { MD5OfMessageBody: md5(parameters['MessageBody']), MessageId: randomUUID() };
    case 'sns':
      return { MessageId: randomUUID() };
    case 'states':
      return { ExecutionArn: childArn(parameters), StartDate: now };
    case 'lambda':
      return { ExecutedVersion: '$LATEST', Payload: null, StatusCode: 200 };
    case 'events':
      return { Entries: entriesOf(parameters).map(() => ({ EventId: randomUUID() })), FailedEntryCount: 0 };
    default:
      return {};
  }
}

function entriesOf(parameters: JsonObject): JsonValue[] {
  return Array.isArray(parameters['Entries']) ? parameters['Entries'] : [];
}

function md5(body: JsonValue | undefined): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? null);
  return createHash('md5').update(text).digest('hex');
}

function childArn(parameters: JsonObject): string {
  const { StateMachineArn: machine, Name: name } = parameters;
  const arn = String(machine).split(':').slice(0, 7).join(':').replace(':stateMachine:', ':execution:');
  return `${arn}:${typeof name === 'string' ? name : randomUUID()}`;
}
