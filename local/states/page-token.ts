import { AwsError } from '../kernel/errors.ts';

/** Page tokens expire. https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html */
const LIFETIME = 24 * 3600 * 1000;

/** An opaque token that goes on at `position` of the listing that `listing` names (operation and filters). */
export function pageToken(listing: string, position: unknown, now: number): string {
  return Buffer.from(JSON.stringify([listing, position, now])).toString('base64url');
}

/** The position in a token made for the same listing. Throws InvalidToken for any other text, and after 24 hours. */
export function readPageToken(listing: string, token: string, now: number): unknown {
  const parsed = decode(token);
  if (!Array.isArray(parsed) || parsed[0] !== listing || typeof parsed[2] !== 'number' || parsed[2] + LIFETIME < now) {
    throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  }
  return parsed[1];
}

function decode(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** One page of a list already in memory. `maxResults` 0 means the default of 100. */
export function pageOf<Item>(
  items: readonly Item[],
  request: { listing: string; maxResults?: number; nextToken?: string; now: number },
): { page: Item[]; nextToken?: string } {
  const size = request.maxResults || 100;
  const from = request.nextToken ? Number(readPageToken(request.listing, request.nextToken, request.now)) : 0;
  const page = items.slice(from, from + size);
  if (from + size >= items.length) return { page };
  return { page, nextToken: pageToken(request.listing, from + size, request.now) };
}
