import { randomUUID } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import type { EventQueue } from './event-queue.ts';
import { lookUp } from './lookup.ts';
import { type LambdaParts, onFunction } from './parts.ts';

/** Request payloads; the asynchronous limit is 1 MB since 2025. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LARGEST_PAYLOAD = { RequestResponse: 6_291_456, Event: 1_048_576, DryRun: 6_291_456 };
const LOG_TAIL_BYTES = 4096;

type InvocationType = keyof typeof LARGEST_PAYLOAD;

/**
 * Invoke: `RequestResponse` answers with the function's result, `Event` with 202 once the event is durable, `DryRun`
 * with 204. A function that fails is a success of the call with `FunctionError: 'Unhandled'`.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function invokeOperation(parts: LambdaParts, events: EventQueue): Operation {
  return {
    http: {
      method: 'POST',
      uri: '/2015-03-31/functions/{FunctionName}/invocations',
      payload: { input: 'Payload', output: 'Payload' },
      headers: {
        input: {
          InvocationType: 'x-amz-invocation-type',
          LogType: 'x-amz-log-type',
          ClientContext: 'x-amz-client-context',
          TraceId: 'x-amzn-trace-id',
        },
        output: {
          FunctionError: 'x-amz-function-error',
          LogResult: 'x-amz-log-result',
          ExecutedVersion: 'x-amz-executed-version',
        },
      },
      statusMember: 'StatusCode',
    },
    authorize: onFunction('lambda:InvokeFunction', parts.functions),
    handle: (input, context) => invoke(parts, events, input, context),
  };
}

async function invoke(parts: LambdaParts, events: EventQueue, input: OperationInput, context: RequestContext) {
  const type = invocationType(input.InvocationType);
  const payload = payloadText(input.Payload, type);
  const { ref, record, version } = lookUp(parts, input, context);
  if (parts.cloud.clock.now() < version.activeAt && !version.updating) {
    throw new AwsError(
      'ResourceConflictException',
      'The operation cannot be performed at this time. The function is currently in the following state: Pending',
      { status: 409, fields: { Type: 'User' } },
    );
  }
  if (type === 'DryRun') return { StatusCode: 204, Payload: new Uint8Array() };
  if (type === 'Event') {
    const { accountId, region, name, qualifier } = ref;
    events.accept(
      { accountId, region, name, payload, ...(qualifier !== undefined && { qualifier }) },
      context.requestId,
    );
    return { StatusCode: 202, Payload: new Uint8Array() };
  }
  const result = await parts.invoker.invoke(record, version, {
    requestId: context.requestId || randomUUID(),
    payload,
    ...(ref.qualifier !== undefined && { qualifier: ref.qualifier }),
    ...(input.ClientContext && { clientContext: clientContext(input.ClientContext) }),
    ...(typeof input.TraceId === 'string' && input.TraceId.startsWith('Root=') && { traceId: input.TraceId }),
  });
  return {
    StatusCode: 200,
    ...(result.error && { FunctionError: 'Unhandled' }),
    ...(input.LogType === 'Tail' && { LogResult: tail(result.log) }),
    ExecutedVersion: version.version,
    Payload: Buffer.from(result.body),
  };
}

function invocationType(value: unknown): InvocationType {
  if (value === undefined || value === '') return 'RequestResponse';
  if (value === 'RequestResponse' || value === 'Event' || value === 'DryRun') return value;
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value '${String(value)}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]`,
  );
}

function payloadText(payload: unknown, type: InvocationType): string {
  const text =
    payload instanceof Uint8Array
      ? Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString()
      : String(payload ?? '');
  const limit = LARGEST_PAYLOAD[type];
  if (Buffer.byteLength(text) > limit) {
    throw new AwsError(
      'RequestTooLargeException',
      `Request must be smaller than ${limit} bytes for the InvokeFunction operation`,
      { status: 413, fields: { Type: 'User' } },
    );
  }
  if (text === '') return '{}';
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new AwsError(
      'InvalidRequestContentException',
      `Could not parse request body into json: ${cause instanceof Error ? cause.message : String(cause)}`,
      { fields: { Type: 'User' }, cause },
    );
  }
  return text;
}

function clientContext(encoded: string): unknown {
  try {
    return JSON.parse(Buffer.from(encoded, 'base64').toString());
  } catch (cause) {
    throw new AwsError('InvalidRequestContentException', 'Client context must be a valid Base64-encoded JSON object.', {
      fields: { Type: 'User' },
      cause,
    });
  }
}

function tail(log: string): string {
  const bytes = Buffer.from(log);
  return bytes.subarray(Math.max(0, bytes.length - LOG_TAIL_BYTES)).toString('base64');
}
