import { validationError } from './validation.ts';

const LARGEST_PAGE = 100;

/**
 * One page of a list: at most `limit` (1 to 100) items after the token. Throws `ValidationException` for a token that
 * no earlier page gave.
 */
export function page<T>(
  items: readonly T[],
  request: { NextToken?: unknown; Limit?: unknown },
): { items: T[]; NextToken?: string } {
  const limit = typeof request.Limit === 'number' ? Math.min(request.Limit, LARGEST_PAGE) : LARGEST_PAGE;
  const start = request.NextToken === undefined ? 0 : offsetOf(request.NextToken);
  const end = start + limit;
  return { items: items.slice(start, end), ...(end < items.length && { NextToken: tokenOf(end) }) };
}

function tokenOf(offset: number): string {
  return Buffer.from(`offset:${offset}`).toString('base64url');
}

function offsetOf(token: unknown): number {
  const offset = /^offset:(\d+)$/.exec(Buffer.from(String(token), 'base64url').toString())?.[1];
  if (offset === undefined) throw validationError('Invalid NextToken.');
  return Number(offset);
}
