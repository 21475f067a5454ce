import type { JsonValue } from '../engine/contract.ts';
import { type Attempt, parametersOf, textOf } from './attempt.ts';
import { toCamelCase, toPascalCase } from './member-names.ts';
import { isoDate, millisecondsDate, toJson, withSdkMetadata } from './output.ts';
import { OPTIMIZED, sdkService } from './services.ts';
import { TaskError } from './task-error.ts';

/** Text members in which states may write JSON instead. */
const JSON_TEXT: Readonly<Record<string, readonly string[]>> = {
  sendMessage: ['MessageBody'],
  publish: ['Message'],
  startExecution: ['Input'],
  startSyncExecution: ['Input'],
  sendTaskSuccess: ['Output'],
};

/** An `aws-sdk:` task: any operation of any service of the local cloud; the result is its answer. */
export async function callSdk(attempt: Attempt, serviceName: string, action: string): Promise<JsonValue> {
  const service = sdkService(serviceName);
  const given = withTexts(parametersOf(attempt.task), JSON_TEXT[action] ?? []);
  const input = service.camelCase ? toCamelCase(given) : withEventDetails(given);
  const operation = action.charAt(0).toUpperCase() + action.slice(1);
  const payload = serviceName === 'lambda' && action === 'invoke' ? withPayload(input) : input;
  const answer: unknown = await attempt.states.cloud.call(service.signingName, operation, payload, attempt.caller);
  const output = toJson(answer ?? {}, isoDate);
  return service.camelCase ? (toPascalCase(output) as JsonValue) : output;
}

/** `dynamodb:…`, `sqs:sendMessage`, `sns:publish`: the answer and what is known of the HTTP response. */
export async function callOptimized(attempt: Attempt, serviceName: string, action: string): Promise<JsonValue> {
  const signingName = OPTIMIZED[serviceName]?.signingName ?? serviceName;
  const input = withTexts(parametersOf(attempt.task), JSON_TEXT[action] ?? []);
  const operation = action.charAt(0).toUpperCase() + action.slice(1);
  const { clock } = attempt.states.cloud;
  const answer: unknown = await attempt.states.cloud.call(signingName, operation, input, attempt.caller);
  const output = toJson(answer ?? {}, millisecondsDate) as Record<string, JsonValue>;
  return withSdkMetadata(output, { service: serviceName, now: clock.now() });
}

/**
 * `events:putEvents`: adds the execution and its machine to each entry's resources; one refused entry fails the task.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html
 */
export async function putEvents(attempt: Attempt): Promise<JsonValue> {
  const { task, states, caller } = attempt;
  const parameters = withEventDetails(parametersOf(task));
  const arns = [task.execution.executionArn, task.execution.stateMachineArn];
  const entries = Array.isArray(parameters['Entries']) ? parameters['Entries'] : [];
  const input = {
    ...parameters,
    Entries: entries.map((entry) => {
      const { Resources: resources, ...rest } = entry as Record<string, JsonValue>;
      return { ...rest, Resources: [...(Array.isArray(resources) ? resources : []), ...arns] };
    }),
  };
  const answer: unknown = await states.cloud.call('events', 'PutEvents', input, caller);
  const output = toJson(answer, isoDate) as { FailedEntryCount?: number } & Record<string, JsonValue>;
  if (output.FailedEntryCount) throw new TaskError('EventBridge.FailedEntry', JSON.stringify(output));
  return output;
}

function withTexts(parameters: Record<string, JsonValue>, members: readonly string[]): Record<string, JsonValue> {
  const result = { ...parameters };
  for (const member of members) {
    const text = textOf(result[member]);
    if (text !== undefined) result[member] = text;
  }
  return result;
}

/** `Detail` may be written as JSON, `Time` as ISO 8601. */
function withEventDetails(parameters: Record<string, JsonValue>): Record<string, JsonValue> {
  const { Entries: entries } = parameters;
  if (!Array.isArray(entries)) return parameters;
  const converted = entries.map((entry) => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return entry;
    const { Detail: detail, Time: time } = entry;
    return {
      ...entry,
      ...(detail !== undefined && { Detail: textOf(detail) ?? null }),
      ...(typeof time === 'string' && { Time: Date.parse(time) / 1000 }),
    };
  });
  return { ...parameters, Entries: converted };
}

/** Lambda's payload is the HTTP body. */
function withPayload(input: unknown): unknown {
  const { Payload: payload, ...rest } = input as Record<string, JsonValue>;
  return payload === undefined ? rest : { ...rest, Payload: Buffer.from(textOf(payload) ?? 'null') };
}
