import type { AwsError } from '../errors.ts';
import type { OperationInput, Service } from '../service.ts';

/** An HTTP request as the gateway received it: body whole, header names in lower case. */
export interface WireRequest {
  readonly method: string;
  /** Path without the query, as received (percent-encoded). */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** One wire protocol of AWS: how a request names its operation and input, and how answers and errors look. */
export interface ProtocolCodec {
  /** The operation's name and input. Throws AwsError for what cannot be read. */
  decode(service: Service, request: WireRequest): { operation: string; input: OperationInput };
  encode(service: Service, operation: string, output: unknown, requestId: string): WireResponse;
  encodeError(service: Service, error: AwsError, requestId: string): WireResponse;
}

/** The body as text; AWS bodies are UTF-8. */
export function bodyText(request: WireRequest): string {
  return Buffer.from(request.body.buffer, request.body.byteOffset, request.body.byteLength).toString('utf8');
}
