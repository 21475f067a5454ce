import type { JsonValue } from '../contract.ts';
import { StateFailure } from '../failure.ts';
import { type JsonObject, PAYLOAD_LIMIT, setMember } from '../payload.ts';

/** Results with more values or characters than this can never be a payload; they are not even copied. */
const LARGEST_RESULT = PAYLOAD_LIMIT * 4;

/**
 * A plain JSON copy of what JSONata gave: without the marks that the library leaves on arrays and without undefined
 * members. Undefined if it holds something that is not JSON (a function, a number that is not finite).
 */
export function cleanResult(raw: unknown): JsonValue | undefined {
  return copy(raw, { size: 0 }, 0);
}

function copy(value: unknown, total: { size: number }, depth: number): JsonValue | undefined {
  total.size += typeof value === 'string' ? value.length : 1;
  if (total.size > LARGEST_RESULT || depth > 1_000) {
    throw new StateFailure(
      'States.DataLimitExceeded',
      'The JSONata expression returned a result with a size exceeding the maximum number of bytes service limit.',
    );
  }
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value + 0 : undefined;
    case 'object':
      if (value === null) return null;
      return Array.isArray(value) ? copyArray(value, total, depth) : copyObject(value, total, depth);
    default:
      return undefined;
  }
}

function copyArray(items: unknown[], total: { size: number }, depth: number): JsonValue | undefined {
  const result: JsonValue[] = [];
  for (const item of items) {
    if (item === undefined) continue;
    const clean = copy(item, total, depth + 1);
    if (clean === undefined) return undefined;
    result.push(clean);
  }
  return result;
}

function copyObject(object: object, total: { size: number }, depth: number): JsonValue | undefined {
  // A lambda is an object to JavaScript.
  if ('_jsonata_lambda' in object || '_jsonata_function' in object) return undefined;
  const result: JsonObject = {};
  for (const [key, member] of Object.entries(object)) {
    if (member === undefined) continue;
    const clean = copy(member, total, depth + 1);
    if (clean === undefined) return undefined;
    setMember(result, key, clean);
  }
  return result;
}
