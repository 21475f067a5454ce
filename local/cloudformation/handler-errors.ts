import { AwsError } from '../kernel/errors.ts';
import type { ResourceRequest } from './resource-provider.ts';

/** https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html */
export type HandlerErrorCode =
  | 'AccessDenied'
  | 'AlreadyExists'
  | 'GeneralServiceException'
  | 'InvalidRequest'
  | 'NotFound'
  | 'NotStabilized'
  | 'ServiceInternalError'
  | 'ServiceLimitExceeded'
  | 'Throttling';

const ALREADY_EXISTS = new Set([
  'AlreadyExistsException',
  'BucketAlreadyExists',
  'BucketAlreadyOwnedByYou',
  'ConflictException',
  'DuplicateOrganizationalUnitException',
  'DuplicatePolicyAttachmentException',
  'DuplicatePolicyException',
  'DuplicateRecordException',
  'EntityAlreadyExists',
  'ParameterAlreadyExists',
  'QueueNameExists',
  'ResourceAlreadyExistsException',
  'ResourceConflictException',
  'ResourceInUseException',
  'StateMachineAlreadyExists',
]);

const NOT_FOUND = new Set([
  'AWS.SimpleQueueService.NonExistentQueue',
  'ActivityDoesNotExist',
  'NoSuchBucket',
  'NoSuchBucketPolicy',
  'NoSuchEntity',
  'NoSuchKey',
  'NotFound',
  'NotFoundException',
  'OrganizationalUnitNotFoundException',
  'ParameterNotFound',
  'PolicyNotAttachedException',
  'PolicyNotFoundException',
  'QueueDoesNotExist',
  'ResourceNotFound',
  'ResourceNotFoundException',
  'ResourcePolicyNotFoundException',
  'StateMachineDoesNotExist',
  'TargetNotFoundException',
]);

const THROTTLING = new Set([
  'ConcurrentModification',
  'ConcurrentModificationException',
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

/** Refusals of Lambda, Scheduler, Step Functions and resource policies while a new role is not seen everywhere. */
const ROLE_NOT_SEEN =
  /cannot be assumed|must allow .* to assume the role|authorized to assume the provided role|Invalid principal in policy|one or more invalid principals/i;

const LIMIT = /Limit(s)?Exceeded|ServiceQuotaExceeded|QuotaExceeded/;

/** Which of the resource handlers' error codes an AWS error is. */
export function handlerErrorCode(error: unknown): HandlerErrorCode {
  if (error instanceof NotStabilized) return 'NotStabilized';
  if (!(error instanceof AwsError)) return 'GeneralServiceException';
  if (/^AccessDenied|^UnauthorizedOperation/.test(error.code)) return 'AccessDenied';
  if (THROTTLING.has(error.code)) return 'Throttling';
  if (NOT_FOUND.has(error.code)) return 'NotFound';
  if (ALREADY_EXISTS.has(error.code)) return 'AlreadyExists';
  if (LIMIT.test(error.code)) return 'ServiceLimitExceeded';
  return error.fault === 'server' ? 'ServiceInternalError' : 'InvalidRequest';
}

/** A resource that did not become ready in time. */
export class NotStabilized extends Error {
  override readonly name = 'NotStabilized';
}

/** Text of ResourceStatusReason for a failed handler. */
export function failureReason(error: unknown, token: string, service = ''): string {
  const message = error instanceof Error ? error.message : String(error);
  const origin =
    error instanceof AwsError
      ? ` (Service: ${serviceTitle(service)}, Status Code: ${error.status}, Request ID: ${token})`
      : '';
  return `Resource handler returned message: "${message}${origin}" (RequestToken: ${token}, HandlerErrorCode: ${handlerErrorCode(error)})`;
}

function serviceTitle(type: string): string {
  return type.split('::')[1] ?? type;
}

/** Whether a new try may succeed: the service was busy, failed, or a role that was just made is not seen yet. */
export function isTransient(error: unknown): boolean {
  const code = handlerErrorCode(error);
  if (code === 'Throttling' || code === 'ServiceInternalError') return true;
  return error instanceof AwsError && ROLE_NOT_SEEN.test(error.message);
}

/** Runs `create`; "already exists" is success if an earlier try of the same action may have made it. */
export async function adoptExisting<T>(request: ResourceRequest, create: () => Promise<T>): Promise<T | undefined> {
  try {
    return await create();
  } catch (error) {
    if (request.resumed && handlerErrorCode(error) === 'AlreadyExists') return undefined;
    throw error;
  }
}

/** Runs `read`; undefined if there is no such thing. */
export async function ifExists<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (handlerErrorCode(error) === 'NotFound') return undefined;
    throw error;
  }
}

/**
 * Refuses a name that is taken, for APIs whose create answers success for an existing thing (queues, rules).
 * Throws the "already exists" error of CloudFormation's handlers.
 */
export async function refuseExisting(request: ResourceRequest, read: () => Promise<unknown>): Promise<void> {
  if (request.resumed || (await ifExists(read)) === undefined) return;
  throw new AwsError(
    'AlreadyExistsException',
    `Resource of type '${request.type}' with identifier '${request.name}' already exists.`,
  );
}
