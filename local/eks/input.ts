import { createHash } from 'node:crypto';
import type { OperationInput } from '../kernel/service.ts';
import { invalidParameter } from './errors.ts';

/** The member as text, or undefined if absent. Throws InvalidParameterException for another type. */
export function optionalText(input: OperationInput, member: string): string | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalidParameter(`${member} must be a string.`);
  return value;
}

/** The member as non-empty text. */
export function requiredText(input: OperationInput, member: string): string {
  const value = optionalText(input, member);
  if (!value) throw invalidParameter(`${member} can't be null or empty.`);
  return value;
}

export function optionalBoolean(input: OperationInput, member: string): boolean | undefined {
  const value = input?.[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw invalidParameter(`${member} must be a boolean.`);
  return value;
}

/** The member as a list of texts; empty if absent. */
export function textList(input: OperationInput, member: string): string[] {
  const value = input?.[member] ?? [];
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'string'))
    throw invalidParameter(`${member} must be a list of strings.`);
  return value;
}

/**
 * Checked tags; empty if absent. https://docs.aws.amazon.com/eks/latest/userguide/eks-using-tags.html
 * Throws InvalidParameterException for more than 50, long or reserved ones.
 */
export function tagMap(input: OperationInput): Record<string, string> {
  const tags: unknown = input.tags ?? {};
  if (typeof tags !== 'object' || tags === null || Array.isArray(tags)) throw invalidParameter('tags must be a map.');
  const entries = Object.entries(tags);
  if (entries.length > 50) throw invalidParameter('A resource can have at most 50 tags.');
  for (const [key, value] of entries) {
    if (key.length < 1 || key.length > 128 || typeof value !== 'string' || value.length > 256)
      throw invalidParameter(`Invalid tag: ${key}. Keys have 1 to 128 characters, values at most 256.`);
    if (/^aws:/i.test(key)) throw invalidParameter(`Invalid tag: ${key}. Tag keys cannot start with aws:.`);
  }
  return Object.fromEntries(entries);
}

/** What a list operation may say: maxResults 1 to 100 (default 100) and the nextToken of an earlier page. */
export function page<T>(items: readonly T[], input: OperationInput): { items: T[]; nextToken?: string } {
  const size = input.maxResults === undefined ? 100 : Number(input.maxResults);
  if (!Number.isInteger(size) || size < 1 || size > 100)
    throw invalidParameter('maxResults must be between 1 and 100.');
  const token = optionalText(input, 'nextToken');
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString());
  if (!Number.isInteger(start) || start < 0) throw invalidParameter('Invalid nextToken.');
  const end = start + size;
  return {
    items: items.slice(start, end),
    ...(end < items.length && { nextToken: Buffer.from(String(end)).toString('base64url') }),
  };
}

/** The same for the same request, whatever the order of its members; the idempotency token does not count. */
export function requestHash(input: OperationInput): string {
  const { clientRequestToken: _, ...rest } = input;
  return createHash('sha256')
    .update(JSON.stringify(sorted(rest)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
