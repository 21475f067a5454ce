import { AwsError } from '../kernel/errors.ts';

export function notFound(kind: 'Schedule' | 'Schedule group', name: string): AwsError {
  return new AwsError('ResourceNotFoundException', `${kind} ${name} does not exist.`, { status: 404 });
}

export function conflict(kind: 'Schedule' | 'Schedule group', name: string): AwsError {
  return new AwsError('ConflictException', `${kind} ${name} already exists.`, { status: 409 });
}

export function quotaExceeded(message: string): AwsError {
  return new AwsError('ServiceQuotaExceededException', message, { status: 402 });
}
