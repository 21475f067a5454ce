import { AwsError } from '../kernel/errors.ts';

/** Which function, and which version or alias of it, a request means. */
export interface FunctionRef {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  /** Version number, alias or `$LATEST`; undefined when the request names none. */
  readonly qualifier?: string;
}

const FUNCTION_NAME =
  /^(?:arn:aws[a-z-]*:lambda:(?<region>[a-z0-9-]+):)?(?:(?<account>\d{12}):)?(?:function:)?(?<name>[a-zA-Z0-9_-]{1,64})(?::(?<qualifier>\$LATEST|[a-zA-Z0-9_-]{1,128}))?$/;

/**
 * Reads a function name, a partial ARN (`123456789012:function:name`) or a full ARN, each with or without qualifier.
 * Throws ValidationException for anything else, and InvalidParameterValueException when two qualifiers differ.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function parseFunctionRef(
  value: unknown,
  qualifier: unknown,
  context: { accountId: string; region: string },
): FunctionRef {
  const groups = typeof value === 'string' ? FUNCTION_NAME.exec(value)?.groups : undefined;
  if (!groups?.['name']) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${String(value)}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso(b?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`,
    );
  }
  const own = groups['qualifier'];
  if (own !== undefined && qualifier !== undefined && own !== qualifier) {
    throw new AwsError(
      'InvalidParameterValueException',
      'The derived qualifier from the function name does not match the specified qualifier.',
      { fields: { Type: 'User' } },
    );
  }
  const chosen = own ?? (typeof qualifier === 'string' && qualifier !== '' ? qualifier : undefined);
  return {
    accountId: groups['account'] ?? context.accountId,
    region: groups['region'] ?? context.region,
    name: groups['name'],
    ...(chosen === undefined ? {} : { qualifier: chosen }),
  };
}

/** `arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]` */
export function functionArn(ref: FunctionRef): string {
  const base = `arn:aws:lambda:${ref.region}:${ref.accountId}:function:${ref.name}`;
  return ref.qualifier === undefined ? base : `${base}:${ref.qualifier}`;
}

/** 404, in Lambda's words. */
export function functionNotFound(ref: FunctionRef): AwsError {
  return new AwsError('ResourceNotFoundException', `Function not found: ${functionArn(ref)}`, {
    status: 404,
    fields: { Type: 'User' },
  });
}
