import { createHash, randomUUID } from 'node:crypto';
import type { JsonValue } from '../contract.ts';
import { isObject, jsonEquals } from '../payload.ts';
import { seededRandom } from './random.ts';

/** An intrinsic function cannot do what was asked; the message is AWS's reason. */
export class IntrinsicError extends Error {
  override readonly name = 'IntrinsicError';
}

type Intrinsic = (values: JsonValue[], literalTemplate: boolean) => JsonValue;

/** Longest text that Base64 and hash functions take. */
const LONGEST_TEXT = 10_000;
/** Most elements that States.ArrayRange makes. */
const LONGEST_RANGE = 1_000;

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/**
 * The intrinsic functions by name. Each takes evaluated arguments and throws IntrinsicError.
 * https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
 */
export const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  'States.Array': (values) => values,
  'States.ArrayPartition': (values) => partition(array(values, 2), integer(values, 1)),
  'States.ArrayContains': (values) => array(values, 2).some((item) => jsonEquals(item, values[1] as JsonValue)),
  'States.ArrayRange': (values) => range(checked(values, 3)),
  'States.ArrayGetItem': (values) => arrayItem(array(values, 2), integer(values, 1)),
  'States.ArrayLength': (values) => array(values, 1).length,
  'States.ArrayUnique': (values) => unique(array(values, 1)),
  'States.Base64Encode': (values) => Buffer.from(shortText(values, 1)).toString('base64'),
  'States.Base64Decode': (values) => decode(shortText(values, 1)),
  'States.Hash': (values) => hash(checked(values, 2)),
  'States.JsonMerge': (values) => merge(checked(values, 3)),
  'States.StringToJson': (values) => parse(text(values, 1)),
  'States.JsonToString': (values) => JSON.stringify(checked(values, 1)[0]),
  'States.MathRandom': (values) => random(values),
  // Math.round rounds halves up, as Java does: -0.5 + 0.5 is 0 + 1.
  'States.MathAdd': (values) => integer(checked(values, 2), 0) + integer(values, 1),
  'States.StringSplit': (values) => split(text(values, 2), values[1] as JsonValue),
  'States.UUID': (values) => uuid(checked(values, 0)),
  'States.Format': (values, literal) => format(values, literal),
};

function uuid(_none: JsonValue[]): string {
  return randomUUID();
}

function checked(values: JsonValue[], count: number): JsonValue[] {
  if (values.length !== count) {
    throw new IntrinsicError(`Invalid number of arguments: expected ${count} but received ${values.length}`);
  }
  return values;
}

function array(values: JsonValue[], count: number): JsonValue[] {
  const [first] = checked(values, count);
  if (!Array.isArray(first)) throw new IntrinsicError('The first argument must be an array');
  return first;
}

function text(values: JsonValue[], count: number): string {
  const [first] = checked(values, count);
  if (typeof first !== 'string') throw new IntrinsicError('The first argument must be a string');
  return first;
}

function shortText(values: JsonValue[], count: number): string {
  const value = text(values, count);
  if (value.length > LONGEST_TEXT) throw new IntrinsicError(`The argument exceeds ${LONGEST_TEXT} characters`);
  return value;
}

function integer(values: JsonValue[], position: number): number {
  const value = values[position];
  if (typeof value !== 'number') throw new IntrinsicError(`Argument ${position + 1} must be a number`);
  // Adding zero turns -0 into 0.
  return Math.round(value) + 0;
}

function partition(items: JsonValue[], size: number): JsonValue {
  if (size < 1) throw new IntrinsicError('The chunk size must be a positive integer');
  const chunks: JsonValue[] = [];
  for (let from = 0; from < items.length; from += size) chunks.push(items.slice(from, from + size));
  return chunks;
}

function range(values: JsonValue[]): JsonValue {
  const [from, to, step] = [integer(values, 0), integer(values, 1), integer(values, 2)];
  if (step === 0) throw new IntrinsicError('The increment must not be zero');
  const count = Math.max(0, Math.floor((to - from) / step) + 1);
  if (count > LONGEST_RANGE) throw new IntrinsicError(`The array must not contain more than ${LONGEST_RANGE} elements`);
  return Array.from({ length: count }, (_, i) => from + i * step);
}

function arrayItem(items: JsonValue[], index: number): JsonValue {
  const item = index < 0 ? undefined : items[index];
  if (item === undefined) throw new IntrinsicError(`The index ${index} is out of bounds`);
  return item;
}

function unique(items: JsonValue[]): JsonValue {
  const seen = new Set<string>();
  return items.filter((item) => {
    const key = JSON.stringify(item, canonical);
    return seen.has(key) ? false : seen.add(key);
  });
}

/** Members in one order, so that equal objects have equal texts. */
function canonical(_key: string, value: JsonValue): JsonValue {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function decode(encoded: string): string {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) throw new IntrinsicError('The argument is not valid Base64');
  return Buffer.from(encoded, 'base64').toString('utf8');
}

function hash([data, algorithm]: JsonValue[]): string {
  const name = typeof algorithm === 'string' ? HASHES[algorithm] : undefined;
  if (!name) throw new IntrinsicError(`Unsupported algorithm; use one of ${Object.keys(HASHES).join(', ')}`);
  const plain = typeof data === 'string' ? data : JSON.stringify(data);
  if (plain.length > LONGEST_TEXT) throw new IntrinsicError(`The argument exceeds ${LONGEST_TEXT} characters`);
  return createHash(name).update(plain).digest('hex');
}

function merge([first, second, deep]: JsonValue[]): JsonValue {
  if (!isObject(first) || !isObject(second)) throw new IntrinsicError('The arguments must be JSON objects');
  if (deep !== false) throw new IntrinsicError('Deep merging is not supported: the third argument must be false');
  return { ...first, ...second };
}

/** The empty text is null, as recorded. */
function parse(json: string): JsonValue {
  if (json.trim() === '') return null;
  try {
    const value = JSON.parse(json) as JsonValue;
    return Object.is(value, -0) ? 0 : value;
  } catch (error) {
    throw new IntrinsicError(`Invalid JSON: ${(error as Error).message}`);
  }
}

function random(values: JsonValue[]): number {
  if (values.length !== 2 && values.length !== 3) throw new IntrinsicError('Invalid number of arguments');
  const [start, end] = [integer(values, 0), integer(values, 1)];
  if (end <= start) throw new IntrinsicError('The end number must be greater than the start number');
  const fraction = values.length === 3 ? seededRandom(integer(values, 2)) : Math.random();
  return start + Math.floor(fraction * (end - start));
}

/** Splits at each of the delimiter's characters; empty parts are left out. */
function split(joined: string, delimiters: JsonValue): JsonValue {
  if (typeof delimiters !== 'string') throw new IntrinsicError('The delimiter must be a string');
  const parts: string[] = [];
  let part = '';
  for (const character of joined) {
    if (!delimiters.includes(character)) {
      part += character;
    } else {
      if (part !== '') parts.push(part);
      part = '';
    }
  }
  if (part !== '') parts.push(part);
  return parts;
}

/** `{}` takes the next argument; `\{`, `\}`, `\'` and `\\` in a literal template stand for themselves. */
function format([template, ...values]: JsonValue[], literal: boolean): string {
  if (typeof template !== 'string') throw new IntrinsicError('The first argument must be a string');
  let used = 0;
  const pattern = literal ? /\\(['{}\\])|\{\}/g : /\{\}/g;
  const result = template.replace(pattern, (_match, escaped: unknown) => {
    if (typeof escaped === 'string') return escaped;
    const value = values[used++];
    if (value === undefined) throw new IntrinsicError('Number of arguments do not match the occurrences of {}');
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
  if (used !== values.length) throw new IntrinsicError('Number of arguments do not match the occurrences of {}');
  return result;
}
