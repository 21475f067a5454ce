import { CatalogueError, type ErrorName, isErrorName } from '../../tenancy/errors.ts';

/** Codes by which AWS services say "too fast". */
const THROTTLING = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'ProvisionedThroughputExceededException',
  'LimitExceededException',
  'SlowDown',
]);

const ACCESS_DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'NotAuthorized',
  'AuthorizationError',
]);

/** Codes and socket errors that pass by themselves. */
const UNAVAILABLE = new Set([
  'InternalFailure',
  'InternalServerError',
  'InternalServerException',
  'InternalError',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'ServerException',
  // Two changes of one thing at once: the second is asked for again.
  'ConcurrentModificationException',
  'PolicyChangesInProgressException',
  'RequestTimeout',
  'RequestTimeoutException',
  'TimeoutError',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
]);

/**
 * The one translation of what AWS clients throw into the error catalogue. Errors of the catalogue pass; a service error
 * becomes AwsThrottled, AwsAccessDenied, AwsUnavailable or AwsRejected with the service's code and text (which names
 * principal, action and resource); anything else is an UnexpectedError, with its cause.
 */
export function toCatalogueError(error: unknown): Error {
  if (!(error instanceof Error)) return new CatalogueError('UnexpectedError', String(error));
  if (isErrorName(error.name)) return error;
  const name = classify(error);
  return new CatalogueError(name, `${error.name}: ${error.message}`, { cause: error });
}

function classify(
  error: Error & { code?: string; $metadata?: { httpStatusCode?: number }; $fault?: string },
): ErrorName {
  const codes = [error.name, error.code ?? ''];
  const matches = (set: ReadonlySet<string>) => codes.some((code) => set.has(code));
  if (matches(THROTTLING)) return 'AwsThrottled';
  if (matches(ACCESS_DENIED)) return 'AwsAccessDenied';
  if (matches(UNAVAILABLE) || (error.$metadata?.httpStatusCode ?? 0) >= 500) return 'AwsUnavailable';
  return error.$fault || error.$metadata ? 'AwsRejected' : 'UnexpectedError';
}
