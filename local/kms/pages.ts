import { AwsError } from '../kernel/errors.ts';
import type { OperationInput } from '../kernel/service.ts';
import { wholeNumber } from './errors.ts';

/** A page of `Limit` entries after `Marker`, as KMS's lists are. Throws InvalidMarkerException and ValidationException. */
export function pageOf<T>(all: readonly T[], input: OperationInput, member: string, most: number) {
  const size = wholeNumber(input.Limit, 'limit', 1, 1000, most);
  const start = Number(input.Marker ?? 0);
  if (!Number.isInteger(start) || start < 0) throw new AwsError('InvalidMarkerException', 'The marker is not valid.');
  const Truncated = start + size < all.length;
  return {
    [member]: all.slice(start, start + size),
    Truncated,
    ...(Truncated && { NextMarker: String(start + size) }),
  };
}
