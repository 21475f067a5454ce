import { AwsError } from '../kernel/errors.ts';
import type { Caller, Cloud } from '../kernel/service.ts';

/** Why a token is not accepted. Goes to the log of the API server, never to the client, which only sees 401. */
export class TokenProblem extends Error {
  override readonly name = 'TokenProblem';
}

const PREFIX = 'k8s-aws-v1.';
const LONGEST = 4096;
/** From X-Amz-Date on, whatever X-Amz-Expires says. */
const LIFETIME = 15 * 60 * 1000;
const CLUSTER_HEADER = 'x-k8s-aws-id';
const PARAMETERS = new Set([
  'Action',
  'Version',
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-Security-Token',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
  'X-Amz-User-Agent',
]);

/**
 * The IAM identity that a cluster token proves: the token is a presigned request of sts:GetCallerIdentity, made for this
 * cluster. Throws {@link TokenProblem}.
 * https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
 */
export function verifyToken(cloud: Cloud, clusterName: string, token: string): Caller {
  const url = parseToken(token);
  checkHost(cloud, url);
  checkParameters(url);
  checkAge(cloud, url);
  try {
    return cloud.identity.authenticate({
      method: 'GET',
      url: `${url.pathname}${url.search}`,
      headers: { host: url.host, [CLUSTER_HEADER]: clusterName },
      body: new Uint8Array(),
    });
  } catch (error) {
    if (error instanceof AwsError)
      throw new TokenProblem(`sts getCallerIdentity failed: ${error.code}: ${error.message}`);
    throw error;
  }
}

function parseToken(token: string): URL {
  if (token.length > LONGEST) throw new TokenProblem('token is too large');
  if (!token.startsWith(PREFIX)) throw new TokenProblem(`token is missing expected "${PREFIX}" prefix`);
  const encoded = token.slice(PREFIX.length);
  // One digit beyond whole bytes decodes to nothing.
  if (!/^[\w-]+$/.test(encoded) || encoded.length % 4 === 1)
    throw new TokenProblem('token is not base64url without padding');
  const text = Buffer.from(encoded, 'base64url').toString('utf8');
  if (!URL.canParse(text)) throw new TokenProblem('token does not contain a URL');
  return new URL(text);
}

/** STS itself, or the endpoint of the local cloud, which stands for it. */
function checkHost(cloud: Cloud, url: URL): void {
  const local = new URL(cloud.endpoint);
  const isLocal =
    url.protocol === local.protocol && url.port === local.port && ['127.0.0.1', 'localhost'].includes(url.hostname);
  const isSts = url.protocol === 'https:' && /^sts(\.[a-z0-9-]+)?\.amazonaws\.com$/.test(url.host);
  if (!isLocal && !isSts) throw new TokenProblem(`unexpected hostname "${url.host}" in pre-signed URL`);
  if (url.pathname !== '/') throw new TokenProblem('unexpected path in pre-signed URL');
}

function checkParameters(url: URL): void {
  for (const name of new Set(url.searchParams.keys())) {
    if (url.searchParams.getAll(name).length !== 1)
      throw new TokenProblem(`input token contains the parameter "${name}" more than once`);
    if (!PARAMETERS.has(name) && !PARAMETERS.has(canonicalName(name)))
      throw new TokenProblem(`non-whitelisted query parameter "${name}"`);
  }
  if (url.searchParams.get('Action') !== 'GetCallerIdentity')
    throw new TokenProblem('unexpected action parameter in pre-signed URL');
  const signed = (url.searchParams.get('X-Amz-SignedHeaders') ?? '').split(';');
  if (!signed.includes(CLUSTER_HEADER))
    throw new TokenProblem(`client did not sign the ${CLUSTER_HEADER} header in the pre-signed URL`);
  const expires = Number(url.searchParams.get('X-Amz-Expires'));
  if (!Number.isInteger(expires) || expires <= 0 || expires > LIFETIME / 1000)
    throw new TokenProblem(
      `invalid X-Amz-Expires parameter in pre-signed URL: ${url.searchParams.get('X-Amz-Expires')}`,
    );
}

/** "x-amz-user-agent" and "X-Amz-User-Agent" are the same parameter to the authenticator. */
function canonicalName(name: string): string {
  return name
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('-');
}

/** By the real or the simulated clock: clients sign by either. */
function checkAge(cloud: Cloud, url: URL): void {
  const text = url.searchParams.get('X-Amz-Date') ?? '';
  const [, date, time] = text.match(/^(\d{8})T(\d{6})Z$/) ?? [];
  if (!date || !time) throw new TokenProblem(`X-Amz-Date parameter must be present and valid, got "${text}"`);
  const signedAt = Date.parse(
    `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}Z`,
  );
  // Written so that an invalid date (NaN) is no age at all.
  const inTime = [Date.now(), cloud.clock.now()].some((now) => Math.abs(now - signedAt) <= LIFETIME);
  if (!inTime) throw new TokenProblem(`X-Amz-Date parameter is expired (${LIFETIME / 60_000} minutes): ${text}`);
}
