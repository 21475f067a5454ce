import { createHash, createHmac } from 'node:crypto';
import type { SignedRequest } from '../../kernel/service.ts';
import type { SignatureParameters } from './signature-parameters.ts';

/**
 * The signature that a request should have, as 64 hex digits.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function expectedSignature(request: SignedRequest, parameters: SignatureParameters, secret: string): string {
  const { date, scopeDate, region, service } = parameters;
  const scope = `${scopeDate}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonicalRequest(request, parameters))].join('\n');
  return hmac(signingKey(secret, scopeDate, region, service), toSign).toString('hex');
}

/** The canonical request, which AWS quotes when a signature does not match. */
export function canonicalRequest(request: SignedRequest, parameters: SignatureParameters): string {
  const mark = request.url.indexOf('?');
  const path = mark < 0 ? request.url : request.url.slice(0, mark);
  const query = mark < 0 ? '' : request.url.slice(mark + 1);
  const headers = parameters.signedHeaders.map((name) => `${name}:${canonicalHeader(request.headers[name])}\n`);
  return [
    request.method,
    canonicalPath(path, parameters.service),
    canonicalQuery(query),
    headers.join(''),
    parameters.signedHeaders.join(';'),
    payloadHash(request, parameters),
  ].join('\n');
}

/** Every service but S3 signs the path encoded twice: what is on the wire is encoded once already. */
function canonicalPath(path: string, service: string): string {
  const encodeSegment = service === 's3' ? (segment: string) => encode(decode(segment)) : encode;
  return (path || '/').split('/').map(encodeSegment).join('/');
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return [encode(decode(name)), encode(decode(value))] as const;
    })
    .filter(([name]) => name !== 'X-Amz-Signature')
    .sort(([nameA, a], [nameB, b]) => (nameA === nameB ? compare(a, b) : compare(nameA, nameB)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function canonicalHeader(value: string | undefined): string {
  return (value ?? '').trim().replace(/\s+/g, ' ');
}

/**
 * S3 takes the client's word for the hash (`UNSIGNED-PAYLOAD`, `STREAMING-…`); the chunk signatures of a streamed body
 * are not checked here. Every other service hashes the body itself.
 */
function payloadHash(request: SignedRequest, parameters: SignatureParameters): string {
  if (parameters.service === 's3') {
    if (parameters.presigned) return 'UNSIGNED-PAYLOAD';
    const stated = request.headers['x-amz-content-sha256'];
    if (stated !== undefined) return stated;
  }
  return sha256(request.body);
}

const signingKeys = new Map<string, Buffer>();

/** The derived key depends on the day only, and deriving it costs four times what signing does. */
function signingKey(secret: string, date: string, region: string, service: string): Buffer {
  const name = [secret, date, region, service].join('\n');
  const known = signingKeys.get(name);
  if (known) return known;
  const key = [date, region, service, 'aws4_request'].reduce<Buffer>(
    (previous, part) => hmac(previous, part),
    Buffer.from(`AWS4${secret}`),
  );
  if (signingKeys.size >= 1_000) signingKeys.clear();
  signingKeys.set(name, key);
  return key;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Hex digest. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Percent-encodes all but the unreserved characters of RFC 3986. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A malformed escape stands for itself; the signature then tells whether both sides read it alike. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
