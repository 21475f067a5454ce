import { randomUUID } from 'node:crypto';
import type { JsonValue } from '../engine/contract.ts';

/** An answer of the local cloud as JSON of a task's result: dates by `date`, binary as text. */
export function toJson(value: unknown, date: (value: Date) => JsonValue): JsonValue {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return date(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (Array.isArray(value)) return value.map((item) => toJson(item, date));
  if (typeof value === 'object') {
    const members = Object.entries(value).filter(([, inner]) => inner !== undefined);
    return Object.fromEntries(members.map(([name, inner]) => [name, toJson(inner, date)]));
  }
  return value as JsonValue;
}

/** `aws-sdk:` tasks show dates as ISO 8601. */
export const isoDate = (value: Date): string => value.toISOString();
/** Optimized integrations show dates as milliseconds since the epoch. */
export const millisecondsDate = (value: Date): number => value.getTime();

type Headers = readonly (readonly [name: string, value: string])[];

/** Adds what the optimized integrations report of the HTTP response; members in alphabetical order as on AWS. */
export function withSdkMetadata(
  output: Record<string, JsonValue>,
  response: { service: string; now: number; executedVersion?: string },
): JsonValue {
  const requestId = randomUUID();
  const headers = headersOf(output, response, requestId);
  const all = {
    ...output,
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(headers.map(([name, value]) => [name, [value]])),
      HttpHeaders: Object.fromEntries(headers),
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId: requestId },
  };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** SNS answers in XML: the same frame around two ids. Step Functions writes its dates as seconds with a fraction. */
function bodyLength(output: Record<string, JsonValue>, service: string): number {
  if (service === 'sns') return 294;
  const body = service === 'lambda' ? output['Payload'] : output;
  return Buffer.byteLength(JSON.stringify(body ?? null)) + (service === 'states' ? 1 : 0);
}

function headersOf(
  output: Record<string, JsonValue>,
  response: { service: string; now: number; executedVersion?: string },
  requestId: string,
): Headers {
  const length = String(bodyLength(output, response.service));
  const date = new Date(response.now).toUTCString();
  if (response.service === 'lambda') {
    return [
      ['X-Amz-Executed-Version', response.executedVersion ?? '$LATEST'],
      ['x-amzn-Remapped-Content-Length', '0'],
      ['Connection', 'keep-alive'],
      ['x-amzn-RequestId', requestId],
      ['Content-Length', length],
      ['Date', date],
      [
        'X-Amzn-Trace-Id',
        `Root=1-${Math.floor(response.now / 1000).toString(16)}-${requestId.replaceAll('-', '').slice(0, 24)};Sampled=0`,
      ],
      ['Content-Type', 'application/json'],
    ];
  }
  const common: Headers = [
    ['x-amzn-RequestId', requestId],
    ['Content-Length', length],
    ['Date', date],
    ['Content-Type', response.service === 'sns' ? 'text/xml' : 'application/x-amz-json-1.0'],
  ];
  if (response.service === 'dynamodb') {
    return [['Server', 'Server'], ['Connection', 'keep-alive'], ['x-amz-crc32', '2745614147'], ...common];
  }
  return [['connection', 'keep-alive'], ...common];
}
