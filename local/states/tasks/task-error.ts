import { randomUUID } from 'node:crypto';
import { AwsError } from '../../kernel/errors.ts';
import { ResponseLost } from '../../kernel/faults.ts';
import type { TaskResource } from './resource.ts';
import { type IntegratedService, OPTIMIZED, sdkService } from './services.ts';

/** How a task fails: the error name that Retry and Catch match, and the cause. */
export class TaskError extends Error {
  override readonly name = 'TaskError';
  readonly error: string;
  readonly phase: 'schedule' | 'submit' | 'start' | 'run';

  constructor(error: string, cause: string, phase: TaskError['phase'] = 'run', options?: { cause?: unknown }) {
    super(cause, options);
    this.error = error;
    this.phase = phase;
  }
}

/** Errors that any service may answer with and models rarely list: they get the client's generic exception name. */
const GENERIC = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InternalFailure',
  'InvalidAction',
  'InvalidClientTokenId',
  'InvalidParameterCombination',
  'InvalidParameterValue',
  'MissingAuthenticationToken',
  'MissingParameter',
  'OptInRequired',
  'RequestExpired',
  'RequestTimeout',
  'SerializationException',
  'ServiceUnavailable',
  'SignatureDoesNotMatch',
  'Throttling',
  'ThrottlingException',
  'UnauthorizedOperation',
  'UnknownOperationException',
  'UnrecognizedClientException',
  'ValidationError',
  'ValidationException',
]);

/** What the task fails with when its call threw `error`. */
export function taskErrorOf(error: unknown, resource: TaskResource): TaskError {
  if (error instanceof TaskError) return error;
  if (resource.kind === 'sdk') return sdkError(error, sdkService(resource.service));
  const name = resource.kind === 'optimized' ? resource.service : 'lambda';
  const optimized = OPTIMIZED[name];
  if (!optimized) return new TaskError('States.TaskFailed', messageOf(error), 'run', { cause: error });
  const { prefix, serviceName, genericError } = optimized;
  if (!(error instanceof AwsError) || error instanceof ResponseLost) return clientError(prefix, error);
  const exception = isGeneric(error.code) ? genericError : exceptionName(error.code);
  const request = `Request ID: ${randomUUID()}; Proxy: null`;
  const cause = `${error.message} (Service: ${serviceName}; Status Code: ${error.status}; Error Code: ${error.code}; ${request})`;
  return new TaskError(`${prefix}.${exception}`, cause, 'run', { cause: error });
}

function sdkError(error: unknown, service: IntegratedService): TaskError {
  const prefix = service.sdkPrefix;
  if (!(error instanceof AwsError) || error instanceof ResponseLost) return clientError(prefix, error);
  const generic = service.unmodelled || (isGeneric(error.code) && !service.modelled?.includes(error.code));
  const exception = generic ? `${prefix}Exception` : exceptionName(error.code);
  const details = `Service: ${prefix}, Status Code: ${error.status}, Request ID: ${randomUUID()}`;
  const cause = `${error.message} (${details}) (SDK Attempt Count: 1)`;
  return new TaskError(`${prefix}.${exception}`, cause, 'run', { cause: error });
}

/** No answer came: AWS's SDK reports its own exception. */
function clientError(prefix: string, error: unknown): TaskError {
  const text = error instanceof ResponseLost ? 'The target server failed to respond' : messageOf(error);
  return new TaskError(`${prefix}.SdkClientException`, `Unable to execute HTTP request: ${text}`, 'run', {
    cause: error,
  });
}

function isGeneric(code: string): boolean {
  return GENERIC.has(code);
}

/** `NoSuchEntity` and `AWS.SimpleQueueService.NonExistentQueue` as the SDK's exception classes. */
function exceptionName(code: string): string {
  if (/NonExistentQueue$/.test(code)) return 'QueueDoesNotExistException';
  const bare = code.slice(code.lastIndexOf('.') + 1);
  return bare.endsWith('Exception') ? bare : `${bare}Exception`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
