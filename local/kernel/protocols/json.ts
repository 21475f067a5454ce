import { AwsError } from '../errors.ts';
import type { OperationInput, Protocol } from '../service.ts';
import { bodyText, type ProtocolCodec, type WireRequest } from './wire.ts';

/**
 * JSON text with AWS's types: timestamps as seconds since the epoch with milliseconds, binary as base64.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */
export function stringifyJson(value: unknown): string {
  return JSON.stringify(value, replaceTypes) ?? '{}';
}

function replaceTypes(this: unknown, key: string, value: unknown): unknown {
  // Date has toJSON, which ran before this: look at the holder for the original.
  const original = (this as Record<string, unknown>)[key];
  if (original instanceof Date) return original.getTime() / 1000;
  if (original instanceof Uint8Array) return Buffer.from(original).toString('base64');
  return value;
}

/** Parses a JSON object body; an empty body is an empty input. Throws SerializationException as AWS's front ends do. */
export function parseJsonBody(request: WireRequest): OperationInput {
  const text = bodyText(request);
  if (text.trim() === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new AwsError('SerializationException', 'The request body is not valid JSON.', { cause });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new AwsError('SerializationException', 'Start of structure or map found where not expected.');
  }
  return parsed;
}

/** AWS JSON 1.0 and 1.1: the operation is in `X-Amz-Target`, everything else in the body. */
export const jsonCodec: ProtocolCodec = {
  decode(service, request) {
    const target = request.headers['x-amz-target'] ?? '';
    const dot = target.lastIndexOf('.');
    const prefix = target.slice(0, Math.max(dot, 0));
    if (service.protocol.kind !== 'json' || prefix !== service.protocol.targetPrefix) {
      throw new AwsError('UnknownOperationException', `The service ${service.name} has no operation "${target}".`);
    }
    return { operation: target.slice(dot + 1), input: parseJsonBody(request) };
  },
  encode(service, _operation, output, requestId) {
    return {
      status: 200,
      headers: jsonHeaders(service.protocol, requestId),
      body: output === undefined ? '{}' : stringifyJson(output),
    };
  },
  encodeError(service, error, requestId) {
    return {
      status: error.status,
      headers: {
        ...jsonHeaders(service.protocol, requestId),
        'x-amzn-errortype': error.code,
        ...queryErrorHeader(service.protocol, error),
      },
      body: stringifyJson({ ...error.fields, __type: error.code, message: error.message }),
    };
  },
};

function jsonHeaders(protocol: { kind: string; version?: string }, requestId: string): Record<string, string> {
  return { 'content-type': `application/x-amz-json-${protocol.version ?? '1.0'}`, 'x-amzn-requestid': requestId };
}

function queryErrorHeader(protocol: Protocol, error: AwsError): Record<string, string> {
  if (protocol.kind !== 'json' || !protocol.queryErrorCodes) return {};
  const code = protocol.queryErrorCodes[error.code] ?? error.code;
  return { 'x-amzn-query-error': `${code};${error.fault === 'server' ? 'Receiver' : 'Sender'}` };
}
