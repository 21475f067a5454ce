import { AwsError } from '../../kernel/errors.ts';

/** Why a delivery failed, in the terms of the dead-letter queue's message attributes. */
export interface DeliveryFailure {
  readonly code: string;
  readonly message: string;
  /** Errors that trying again cannot mend (permissions, missing targets, bad input) are not tried again. */
  readonly retriable: boolean;
}

/** The target's role could not be assumed. */
export class RoleNotAssumable extends Error {
  override readonly name = 'RoleNotAssumable';
}

/** What the target would get from this event is not what it takes. */
export class InvalidTargetInput extends Error {
  override readonly name = 'InvalidTargetInput';
}

const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded|LimitExceeded|SlowDown|ThroughputExceeded/;
const FORBIDDEN = /AccessDenied|NotAuthorized|Unauthorized|Forbidden|UnrecognizedClient|InvalidClientToken/;
const MISSING = /NotFound|DoesNotExist|NonExistent|NoSuch/;
const INVALID = /Validation|InvalidParameter|Invalid|Malformed|Serialization|Unsupported|TooLarge|TooLong/;

/**
 * Classifies an error of a target.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 */
export function deliveryFailure(error: unknown): DeliveryFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RoleNotAssumable) return { code: 'FAILED_TO_ASSUME_ROLE', message, retriable: false };
  if (error instanceof InvalidTargetInput) return { code: 'INVALID_JSON', message, retriable: false };
  if (!(error instanceof AwsError)) return { code: 'TIMEOUT', message, retriable: true };
  return { ...codeOf(error), message };
}

function codeOf(error: AwsError): { code: string; retriable: boolean } {
  if (error.code === 'UnknownOperationException') return { code: 'NO_RESOURCE', retriable: false };
  if (THROTTLED.test(error.code)) return { code: 'THROTTLING', retriable: true };
  if (error.fault === 'server' || error.status >= 500) return { code: 'INTERNAL_SERVER_ERROR', retriable: true };
  if (FORBIDDEN.test(error.code)) return { code: 'NO_PERMISSIONS', retriable: false };
  if (MISSING.test(error.code)) return { code: 'NO_RESOURCE', retriable: false };
  if (INVALID.test(error.code)) return { code: 'INVALID_PARAMETER', retriable: false };
  return { code: 'ERROR_FROM_TARGET', retriable: false };
}
