import { AwsError } from '../kernel/errors.ts';

/** A key or alias that is not there. https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html */
export function notFound(message: string): AwsError {
  return new AwsError('NotFoundException', message);
}

/** A parameter that KMS does not take. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** A required parameter is missing; `member` is its name in lower camel case. */
export function missing(member: string): AwsError {
  return validationError(
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}

/** What KMS has and the local cloud has not: only symmetric keys for encryption, with material that KMS makes. */
export function unsupported(what: string): AwsError {
  return new AwsError(
    'UnsupportedOperationException',
    `The local cloud has symmetric encryption keys of one region with KMS's own material only, not ${what}.`,
  );
}

/** A key that is on its way to deletion. https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html */
export function pendingDeletion(arn: string): AwsError {
  return new AwsError('KMSInvalidStateException', `${arn} is pending deletion.`);
}

/** A whole number between two bounds. Throws ValidationException; undefined is the default. */
export function wholeNumber(value: unknown, member: string, least: number, most: number, standard: number): number {
  if (value === undefined) return standard;
  const number = Number(value);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  const bound = number > most ? `less than or equal to ${most}` : `greater than or equal to ${least}`;
  throw validationError(
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: Member must have value ${bound}`,
  );
}
