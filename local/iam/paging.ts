import { AwsError } from '../kernel/errors.ts';
import type { OperationInput } from '../kernel/service.ts';
import { optionalInteger, optionalText } from './input.ts';

/**
 * One page of a list: MaxItems (100 if absent) from Marker on.
 * Throws AwsError ValidationError for a marker that no earlier page gave.
 */
export function page<T>(
  items: readonly T[],
  input: OperationInput,
): { items: T[]; IsTruncated: boolean; Marker?: string } {
  const size = optionalInteger(input, 'MaxItems', { min: 1, max: 1000 }) ?? 100;
  const marker = optionalText(input, 'Marker');
  const start = marker === undefined ? 0 : Number(Buffer.from(marker, 'base64url').toString());
  if (!Number.isInteger(start) || start < 0) throw new AwsError('ValidationError', 'Invalid Marker.');
  const end = start + size;
  if (end >= items.length) return { items: items.slice(start, end), IsTruncated: false };
  return {
    items: items.slice(start, end),
    IsTruncated: true,
    Marker: Buffer.from(String(end)).toString('base64url'),
  };
}

/** A list operation's answer: the page under the member's name. */
export function pageOf<T>(member: string, items: readonly T[], input: OperationInput): Record<string, unknown> {
  const { items: shown, ...rest } = page(items, input);
  return { [member]: shown, ...rest };
}

/** PathPrefix of a list operation ("/" if absent). */
export function pathPrefix(input: OperationInput): string {
  return optionalText(input, 'PathPrefix', { min: 1, max: 512, pattern: /^\/[!-~]*$/ }) ?? '/';
}

/** Policy documents in IAM's answers are percent-encoded after RFC 3986. */
export function encodeDocument(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
