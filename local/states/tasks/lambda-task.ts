import type { JsonValue } from '../engine/contract.ts';
import { type Attempt, parametersOf } from './attempt.ts';
import { withSdkMetadata } from './output.ts';
import { TaskError } from './task-error.ts';

interface Invocation {
  readonly payload: string;
  readonly executedVersion?: string;
  readonly statusCode: number;
  readonly logResult?: string;
}

/** A Task whose Resource is the function's ARN: input in, result out. */
export async function invokeFunction(attempt: Attempt, functionArn: string): Promise<JsonValue> {
  const invocation = await invoke(attempt, {
    FunctionName: functionArn,
    Payload: Buffer.from(JSON.stringify(attempt.task.parameters)),
  });
  return parsePayload(invocation.payload);
}

/**
 * `lambda:invoke`: the result is the whole answer of the Invoke API.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
 */
export async function invokeLambda(attempt: Attempt): Promise<JsonValue> {
  const { Payload: payload, ...rest } = parametersOf(attempt.task);
  const invocation = await invoke(attempt, {
    ...rest,
    ...(payload !== undefined && { Payload: Buffer.from(JSON.stringify(payload)) }),
  });
  const output: Record<string, JsonValue> = {
    ...(invocation.executedVersion && { ExecutedVersion: invocation.executedVersion }),
    ...(invocation.logResult && { LogResult: invocation.logResult }),
    Payload: parsePayload(invocation.payload),
    StatusCode: invocation.statusCode,
  };
  const { executedVersion } = invocation;
  return withSdkMetadata(output, { service: 'lambda', now: attempt.states.cloud.clock.now(), executedVersion });
}

async function invoke(attempt: Attempt, input: Record<string, unknown>): Promise<Invocation> {
  const answer = await attempt.states.cloud.call('lambda', 'Invoke', input, attempt.caller);
  const payload = textPayload(answer.Payload);
  if (answer.FunctionError) throw functionError(payload);
  return {
    payload,
    executedVersion: answer.ExecutedVersion,
    statusCode: answer.StatusCode ?? 200,
    logResult: answer.LogResult,
  };
}

function textPayload(payload: unknown): string {
  if (payload instanceof Uint8Array) return Buffer.from(payload).toString('utf8');
  return typeof payload === 'string' ? payload : JSON.stringify(payload ?? null);
}

/** An asynchronous invocation answers with no payload at all. */
function parsePayload(payload: string): JsonValue {
  if (payload === '') return {};
  return JSON.parse(payload) as JsonValue;
}

/**
 * A function that failed: its `errorType` is the error name. Without one (a runtime that died, some timeouts) it is
 * `Lambda.Unknown`. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
function functionError(payload: string): TaskError {
  const parsed = safeParse(payload);
  const errorType =
    typeof parsed === 'object' && parsed !== null && 'errorType' in parsed ? parsed.errorType : undefined;
  if (typeof errorType === 'string' && errorType !== '') return new TaskError(errorType, payload);
  const text = 'The cause could not be determined because Lambda did not return an error type.';
  return new TaskError('Lambda.Unknown', `${text} Returned payload: ${payload}`);
}

function safeParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
