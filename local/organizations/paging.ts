import type { OperationInput } from '../kernel/service.ts';
import { invalidInput } from './errors.ts';

const LARGEST_PAGE = 20;

/**
 * A page of a list under `member`: MaxResults (20 at most, and by default) after the key that NextToken names.
 * Throws InvalidInputException.
 */
export function pageOf<T>(
  member: string,
  items: readonly T[],
  keyOf: (item: T) => string,
  view: (item: T) => unknown,
  input: OperationInput,
): Record<string, unknown> {
  const size = Number(input.MaxResults ?? LARGEST_PAGE);
  if (!Number.isInteger(size) || size < 1) {
    throw invalidInput('MIN_VALUE_EXCEEDED', 'MaxResults must be at least 1.');
  }
  if (size > LARGEST_PAGE) throw invalidInput('MAX_VALUE_EXCEEDED', `MaxResults must be at most ${LARGEST_PAGE}.`);
  const start = input.NextToken === undefined || input.NextToken === null ? 0 : indexAfter(items, keyOf, input);
  const page = items.slice(start, start + size);
  const last = page.at(-1);
  const more = start + size < items.length && last !== undefined;
  return {
    [member]: page.map(view),
    ...(more && { NextToken: Buffer.from(`after ${keyOf(last)}`).toString('base64') }),
  };
}

/** Items that went meanwhile do not disturb: the list goes on at the next key. */
function indexAfter<T>(items: readonly T[], keyOf: (item: T) => string, input: OperationInput): number {
  const token = Buffer.from(String(input.NextToken), 'base64').toString();
  if (!token.startsWith('after ')) throw invalidInput('INVALID_NEXT_TOKEN', 'The specified next token is invalid.');
  const key = token.slice('after '.length);
  const index = items.findIndex((item) => keyOf(item) > key);
  return index < 0 ? items.length : index;
}
