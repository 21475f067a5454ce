import type { OperationInput, RequestContext } from '../kernel/service.ts';
import { parseFunctionRef } from './arn.ts';
import type { LambdaParts } from './parts.ts';

/** The function and version a request names. Throws ResourceNotFoundException. */
export function lookUp(parts: LambdaParts, input: OperationInput, context: RequestContext) {
  const ref = parseFunctionRef(input.FunctionName, input.Qualifier, context);
  const record = parts.functions.get(ref);
  return { ref, record, version: parts.functions.version(record, ref) };
}

/** Splits a list into pages of `MaxItems` (50 at most); the marker is the position. */
export function page<T>(all: T[], input: OperationInput, member: string): Record<string, unknown> {
  const start = input.Marker === undefined ? 0 : Number(input.Marker);
  const size = Math.min(50, Number(input.MaxItems ?? 50));
  const next = start + size;
  return { [member]: all.slice(start, next), ...(next < all.length && { NextMarker: String(next) }) };
}
