import { timingSafeEqual } from 'node:crypto';
import { AwsError } from '../../kernel/errors.ts';
import type { Caller, Cloud, SignedRequest } from '../../kernel/service.ts';
import { entityKey, type IamDatabase } from '../database.ts';
import type { TemporaryCredentials } from '../temporary-credentials.ts';
import { expectedSignature, sha256 } from './canonical-request.ts';
import { untimely } from './request-time.ts';
import { type SignatureParameters, signatureParameters } from './signature-parameters.ts';
import { type AuthenticationProblem, authenticationError, errorStyle } from './wire-errors.ts';

const INVALID_TOKEN = 'The security token included in the request is invalid.';
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

export interface AuthenticationParts {
  readonly cloud: Pick<Cloud, 'accountId' | 'clock'>;
  readonly database: IamDatabase;
  readonly credentials: TemporaryCredentials;
  /** Real time in milliseconds. */
  readonly realNow: () => number;
  /** Whether an account is closed: its credentials are then worth nothing. */
  readonly isClosed: (accountId: string) => boolean;
}

/**
 * Who signed the request. Three kinds of access key ids are known:
 * - twelve digits: the operator of that account; the secret is not checked;
 * - AKIA… and ASIA…: issued here, with the signature and the session token verified as AWS does;
 * - anything else ("test", "local"): the operator of the local cloud's own account; the secret is not checked.
 * Throws AwsError with the code that clients of this service know.
 */
export function authenticate(parts: AuthenticationParts, request: SignedRequest): Caller {
  const parameters = signatureParameters(request);
  if ('problem' in parameters) {
    const style = errorStyle(request, undefined);
    const message = parameters.problem === 'missing' ? 'Request is missing Authentication Token' : parameters.detail;
    throw authenticationError(parameters.problem, style, message);
  }
  const { accessKeyId } = parameters;
  const fail = (problem: AuthenticationProblem, message: string): never => {
    throw authenticationError(problem, errorStyle(request, parameters.service), message);
  };
  if (!/^A[KS]IA/.test(accessKeyId)) {
    const accountId = /^\d{12}$/.test(accessKeyId) ? accessKeyId : parts.cloud.accountId;
    return parts.isClosed(accountId) ? fail('unknown-key', INVALID_TOKEN) : operator(accountId);
  }

  const holder = accessKeyId.startsWith('ASIA') ? temporaryHolder(parts, parameters) : keyHolder(parts, accessKeyId);
  if (!holder) return fail(parameters.sessionToken === undefined ? 'unknown-key' : 'invalid-token', INVALID_TOKEN);
  const late = untimely(parameters, [parts.realNow(), parts.cloud.clock.now()]);
  if (late) return fail('out-of-time', late);
  const unsigned = unsignedHeader(request, parameters);
  if (unsigned) return fail('mismatch', unsigned);
  refuseOtherPayload(request, parameters);
  if (!sameText(expectedSignature(request, parameters, holder.secret), parameters.signature)) {
    return fail('mismatch', MISMATCH);
  }
  if (holder.expires !== undefined && holder.expires <= parts.cloud.clock.now()) {
    return fail('expired-token', 'The security token included in the request is expired');
  }
  if (parts.isClosed(holder.caller.accountId) || !stillExists(parts.database, holder.caller)) {
    return fail(parameters.sessionToken === undefined ? 'unknown-key' : 'invalid-token', INVALID_TOKEN);
  }
  return holder.caller;
}

interface Holder {
  readonly caller: Caller;
  readonly secret: string;
  readonly expires?: number;
}

function operator(accountId: string): Caller {
  return { kind: 'administrator', accountId, arn: `arn:aws:iam::${accountId}:root`, userId: accountId };
}

function temporaryHolder(parts: AuthenticationParts, parameters: SignatureParameters): Holder | undefined {
  return parts.credentials.open(parameters.accessKeyId, parameters.sessionToken ?? '');
}

function keyHolder({ database }: AuthenticationParts, accessKeyId: string): Holder | undefined {
  const key = database.accessKeys.effective(accessKeyId).value;
  const user = key && database.users.get(entityKey(key.accountId, key.userName));
  if (!key?.active || !user) return undefined;
  const { accountId, arn, id } = user;
  return { caller: { kind: 'user', accountId, arn, userId: id }, secret: key.secret };
}

/** A session of a role that is gone, or was made anew under its name, is worth nothing. */
function stillExists(database: IamDatabase, caller: Caller): boolean {
  if (caller.kind !== 'role' || !caller.roleArn) return true;
  const name = caller.roleArn.slice(caller.roleArn.lastIndexOf('/') + 1);
  const { value } = database.roles.effective(entityKey(caller.accountId, name));
  return value !== undefined && caller.userId.startsWith(`${value.id}:`);
}

/** `host` and every `x-amz-` header have to be signed, or they could be changed on the way. */
function unsignedHeader(request: SignedRequest, { signedHeaders, presigned }: SignatureParameters): string | undefined {
  if (!signedHeaders.includes('host')) {
    return "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
  }
  if (presigned) return undefined;
  const loose = Object.keys(request.headers).find((name) => name.startsWith('x-amz-') && !signedHeaders.includes(name));
  return loose === undefined ? undefined : `'${loose}' must be a 'SignedHeader' in the AWS Authorization.`;
}

/** S3 signs the hash that the client states; if it states one, the body has to have it. */
function refuseOtherPayload(request: SignedRequest, { service }: SignatureParameters): void {
  const stated = request.headers['x-amz-content-sha256'] ?? '';
  if (service !== 's3' || !/^[0-9a-f]{64}$/.test(stated) || stated === sha256(request.body)) return;
  throw new AwsError(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
