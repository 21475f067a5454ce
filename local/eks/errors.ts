import { AwsError } from '../kernel/errors.ts';

/** 404 ResourceNotFoundException. `fields` are members of the modelled shape (clusterName, addonName, …). */
export function notFound(message: string, fields: Record<string, unknown> = {}): AwsError {
  return new AwsError('ResourceNotFoundException', message, { status: 404, fields });
}

/** 404 as DescribeCluster answers for a name that is not there. */
export function noCluster(name: string): AwsError {
  return notFound(`No cluster found for name: ${name}.`, { clusterName: name });
}

/** 409 ResourceInUseException. */
export function inUse(message: string, fields: Record<string, unknown> = {}): AwsError {
  return new AwsError('ResourceInUseException', message, { status: 409, fields });
}

/** 400 InvalidParameterException. */
export function invalidParameter(message: string, fields: Record<string, unknown> = {}): AwsError {
  return new AwsError('InvalidParameterException', message, { fields });
}

/** 400 InvalidRequestException: right in itself, wrong in the cluster's state. */
export function invalidRequest(message: string, fields: Record<string, unknown> = {}): AwsError {
  return new AwsError('InvalidRequestException', message, { fields });
}

/** 400 ResourceLimitExceededException. */
export function limitExceeded(message: string, fields: Record<string, unknown> = {}): AwsError {
  return new AwsError('ResourceLimitExceededException', message, { fields });
}
