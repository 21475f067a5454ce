import { AwsError } from '../../kernel/errors.ts';
import type { SignedRequest } from '../../kernel/service.ts';

/** The families in which AWS services name authentication errors. */
export type ErrorStyle = 'query' | 'json' | 'rest-json' | 's3' | 'ec2';

const QUERY_SERVICES = new Set([
  'iam',
  'sts',
  'cloudformation',
  'sns',
  'sqs',
  'autoscaling',
  'elasticloadbalancing',
  'monitoring',
  'rds',
]);

/** By the form of the request, and for the REST protocols by the service. */
export function errorStyle(request: SignedRequest, service: string | undefined): ErrorStyle {
  const contentType = request.headers['content-type'] ?? '';
  if (request.headers['x-amz-target'] !== undefined || contentType.startsWith('application/x-amz-json')) return 'json';
  if (service === 's3' || service === 'ec2') return service;
  if (service === undefined || QUERY_SERVICES.has(service)) return 'query';
  return 'rest-json';
}

/** What went wrong with the signature or the key. */
export type AuthenticationProblem =
  | 'missing'
  | 'incomplete'
  | 'unknown-key'
  | 'invalid-token'
  | 'mismatch'
  | 'out-of-time'
  | 'expired-token';

/** The code of each problem in each family. */
const CODES: Record<AuthenticationProblem, Record<ErrorStyle, string>> = {
  missing: {
    query: 'MissingAuthenticationToken',
    json: 'MissingAuthenticationTokenException',
    'rest-json': 'MissingAuthenticationTokenException',
    s3: 'AccessDenied',
    ec2: 'MissingAuthenticationToken',
  },
  incomplete: {
    query: 'IncompleteSignature',
    json: 'IncompleteSignatureException',
    'rest-json': 'IncompleteSignatureException',
    s3: 'AuthorizationHeaderMalformed',
    ec2: 'IncompleteSignature',
  },
  'unknown-key': {
    query: 'InvalidClientTokenId',
    json: 'UnrecognizedClientException',
    'rest-json': 'UnrecognizedClientException',
    s3: 'InvalidAccessKeyId',
    ec2: 'AuthFailure',
  },
  'invalid-token': {
    query: 'InvalidClientTokenId',
    json: 'UnrecognizedClientException',
    'rest-json': 'UnrecognizedClientException',
    s3: 'InvalidToken',
    ec2: 'AuthFailure',
  },
  mismatch: {
    query: 'SignatureDoesNotMatch',
    json: 'InvalidSignatureException',
    'rest-json': 'InvalidSignatureException',
    s3: 'SignatureDoesNotMatch',
    ec2: 'AuthFailure',
  },
  'out-of-time': {
    query: 'SignatureDoesNotMatch',
    json: 'InvalidSignatureException',
    'rest-json': 'InvalidSignatureException',
    s3: 'RequestTimeTooSkewed',
    ec2: 'RequestExpired',
  },
  'expired-token': {
    query: 'ExpiredToken',
    json: 'ExpiredTokenException',
    'rest-json': 'ExpiredTokenException',
    s3: 'ExpiredToken',
    ec2: 'RequestExpired',
  },
};

/**
 * The error as this service's clients know it.
 * https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
 */
export function authenticationError(problem: AuthenticationProblem, style: ErrorStyle, message: string): AwsError {
  // EC2 says no more, whatever is wrong.
  if (CODES[problem][style] === 'AuthFailure') {
    return new AwsError('AuthFailure', 'AWS was not able to validate the provided access credentials', { status: 401 });
  }
  const status = style === 'json' || (style === 's3' && problem === 'expired-token') ? 400 : 403;
  return new AwsError(CODES[problem][style], message, { status: problem === 'incomplete' ? 400 : status });
}
