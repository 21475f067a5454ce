import type { SignedRequest } from '../../kernel/service.ts';

/** What a request says about its signature, wherever it says it. */
export interface SignatureParameters {
  readonly accessKeyId: string;
  /** YYYYMMDD of the credential scope. */
  readonly scopeDate: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `20261122T120000Z` */
  readonly date: string;
  readonly sessionToken?: string;
  /** Seconds; only presigned URLs have it. */
  readonly expires?: number;
  readonly presigned: boolean;
}

/** Why there are none: the request has no signature, or one with parts missing (the list of AWS's sentences). */
export interface SignatureProblem {
  readonly problem: 'missing' | 'incomplete';
  readonly detail: string;
}

/**
 * Reads the Authorization header or the presigned query.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
 */
export function signatureParameters(request: SignedRequest): SignatureParameters | SignatureProblem {
  const header = request.headers['authorization'];
  if (header !== undefined) return fromHeader(request, header);
  const mark = request.url.indexOf('?');
  const query = new URLSearchParams(mark < 0 ? '' : request.url.slice(mark + 1));
  if (!query.has('X-Amz-Algorithm') && !query.has('X-Amz-Signature')) return { problem: 'missing', detail: '' };
  return fromQuery(query);
}

function fromHeader(request: SignedRequest, header: string): SignatureParameters | SignatureProblem {
  const algorithm = header.split(' ', 1)[0] ?? '';
  if (algorithm !== 'AWS4-HMAC-SHA256') {
    return { problem: 'incomplete', detail: `Unsupported AWS 'algorithm': '${algorithm}'.` };
  }
  const fields = new Map(
    header
      .slice(algorithm.length)
      .split(',')
      .map((field) => {
        const equals = field.indexOf('=');
        return [field.slice(0, equals).trim(), field.slice(equals + 1).trim()] as const;
      }),
  );
  const date = request.headers['x-amz-date'] ?? isoOf(request.headers['date']);
  const missing = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => !fields.get(name))
    .map((name) => `Authorization header requires '${name}' parameter.`);
  if (!date) missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  if (missing.length > 0 || !date) {
    return { problem: 'incomplete', detail: [...missing, `Authorization=${header}`].join(' ') };
  }
  const credential = parseCredential(fields.get('Credential') ?? '');
  if ('problem' in credential) return credential;
  const sessionToken = request.headers['x-amz-security-token'];
  return {
    ...credential,
    signedHeaders: (fields.get('SignedHeaders') ?? '').split(';'),
    signature: fields.get('Signature') ?? '',
    date,
    ...(sessionToken !== undefined && { sessionToken }),
    presigned: false,
  };
}

function fromQuery(query: URLSearchParams): SignatureParameters | SignatureProblem {
  const required = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-SignedHeaders', 'X-Amz-Date'];
  const missing = required.filter((name) => !query.get(name));
  if (missing.length > 0) {
    const detail = missing.map((name) => `AWS query-string parameters must include '${name}'.`).join(' ');
    return { problem: 'incomplete', detail: `${detail} Re-examine the query-string parameters.` };
  }
  if (query.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') {
    return { problem: 'incomplete', detail: `Unsupported AWS 'algorithm': '${query.get('X-Amz-Algorithm')}'.` };
  }
  const credential = parseCredential(query.get('X-Amz-Credential') ?? '');
  if ('problem' in credential) return credential;
  const sessionToken = query.get('X-Amz-Security-Token');
  return {
    ...credential,
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    date: query.get('X-Amz-Date') ?? '',
    ...(sessionToken !== null && { sessionToken }),
    ...(query.has('X-Amz-Expires') && { expires: Number(query.get('X-Amz-Expires')) }),
    presigned: true,
  };
}

/** `AKID/20261122/us-east-1/sts/aws4_request`; the key id itself may hold slashes. */
function parseCredential(
  credential: string,
): Pick<SignatureParameters, 'accessKeyId' | 'scopeDate' | 'region' | 'service'> | SignatureProblem {
  const parts = credential.split('/');
  const [scopeDate, region, service, terminator] = parts.slice(-4);
  if (parts.length < 5 || !scopeDate || !region || !service || terminator !== 'aws4_request') {
    return {
      problem: 'incomplete',
      detail: `Credential must have at least 5 slash-delimited elements (access-key/YYYYMMDD/region/service/aws4_request), got '${credential}'.`,
    };
  }
  return { accessKeyId: parts.slice(0, -4).join('/'), scopeDate, region, service };
}

function isoOf(httpDate: string | undefined): string | undefined {
  const time = Date.parse(httpDate ?? '');
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
}
