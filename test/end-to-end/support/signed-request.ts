import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { ACCOUNT, REGION } from './clients.ts';

/**
 * A signed request to a service that the project has no SDK client of (Budgets, Lambda, S3). The answer's text; throws an
 * Error with it unless the status is 2xx.
 */
export async function signedRequest(
  endpoint: string,
  service: string,
  request: { method: string; path: string; headers?: Record<string, string>; body?: string },
): Promise<string> {
  const url = new URL(request.path, endpoint);
  const signer = new SignatureV4({
    service,
    region: REGION,
    credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'local' },
    sha256: Sha256,
    applyChecksum: true,
  });
  const signed = await signer.sign({
    method: request.method,
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: url.pathname,
    headers: { host: url.host, ...request.headers },
    body: request.body,
  });
  const { host: _host, ...headers } = signed.headers;
  const answer = await fetch(url, { method: request.method, headers, body: request.body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${service} ${request.method} ${request.path}: ${answer.status} ${text}`);
  return text;
}

/** What the signer asks of a hash, on Node's own. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    const key = typeof secret === 'string' ? secret : secret && Buffer.from(secret as Uint8Array);
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', key);
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error('A hash is used once here.');
  }
}
