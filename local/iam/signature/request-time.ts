import type { SignatureParameters } from './signature-parameters.ts';

/** How far a client's clock may be off, and how long a signed request stays good. */
const SKEW = 5 * 60_000;
/** A presigned URL of STS is good for this long whatever X-Amz-Expires says: cluster tokens rely on it. */
const PRESIGNED_STS = 15 * 60_000;

/** Milliseconds since the epoch of `20261122T120000Z`; undefined if malformed. */
export function parseAmzDate(date: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * Why the request is too old or too new, in AWS's words; undefined if it is in time by one of the clocks. A client signs
 * by the real clock, a client inside the local cloud may sign by the simulated one, so either will do.
 */
export function untimely(parameters: SignatureParameters, clocks: readonly number[]): string | undefined {
  const signed = parseAmzDate(parameters.date);
  if (signed === undefined) return `Date must be in ISO-8601 'basic format'. Got '${parameters.date}'.`;
  if (!parameters.date.startsWith(parameters.scopeDate)) {
    return `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${parameters.scopeDate}' != '${parameters.date.slice(0, 8)}', from '${parameters.date}'.`;
  }
  const lifetime = lifetimeOf(parameters);
  const reasons = clocks.map((now) => {
    if (signed > now + SKEW) {
      return `Signature not yet current: ${parameters.date} is still later than ${amzDate(now + SKEW)} (${amzDate(now)} + 5 min.)`;
    }
    if (signed < now - lifetime) {
      return `Signature expired: ${parameters.date} is now earlier than ${amzDate(now - lifetime)} (${amzDate(now)} - ${Math.round(lifetime / 60_000)} min.)`;
    }
    return undefined;
  });
  return reasons.includes(undefined) ? undefined : reasons[0];
}

function lifetimeOf(parameters: SignatureParameters): number {
  if (!parameters.presigned) return SKEW;
  if (parameters.service === 'sts') return PRESIGNED_STS;
  return (parameters.expires ?? 300) * 1000;
}

function amzDate(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
}
