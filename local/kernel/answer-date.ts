import type { Clock } from './clock.ts';
import type { SignedRequest } from './service.ts';

/**
 * The `Date` of an answer: simulated time for who signed by it (functions of the local cloud), real time for everybody
 * else. SDKs take a difference of minutes for a skew of their own clock, correct it and try even a refused call again.
 */
export function answerDate(clock: Clock, request: SignedRequest, realNow = Date.now()): string {
  const signed = signedAt(request);
  const simulated = clock.now();
  const followsSimulation = signed !== undefined && Math.abs(signed - simulated) < Math.abs(signed - realNow);
  return new Date(followsSimulation ? simulated : realNow).toUTCString();
}

/** `20261122T093000Z` of the header or of a presigned URL, in milliseconds. */
function signedAt({ headers, url }: SignedRequest): number | undefined {
  const text = headers['x-amz-date'] ?? url.match(/[?&]X-Amz-Date=([0-9TZ]+)/)?.[1];
  const parts = text?.match(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/)?.slice(1);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
