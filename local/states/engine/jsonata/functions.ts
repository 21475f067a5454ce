import { createHash, randomUUID } from 'node:crypto';
import { seededRandom } from '../intrinsics/random.ts';
import { BUDGET, Budget, boundedRange, RANGE } from './bounds.ts';

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** Widest `$pad`: nothing wider fits a payload. */
const WIDEST_PADDING = 1_000_000;

/**
 * The functions that Step Functions adds to JSONata, and `$eval`, which it takes away. With `bounded`, also the
 * functions that can make huge values, within the evaluation's budget.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions
 */
export function awsFunctions(bounded: boolean): Record<string, unknown> {
  const common = { partition, range, hash, random, uuid, parse, eval: undefined, pad };
  if (!bounded) return common;
  const budget = new Budget();
  return {
    ...common,
    [BUDGET]: budget,
    [RANGE]: (from: unknown, to: unknown) => boundedRange(budget, from, to),
    append: (first: unknown, second: unknown) => append(budget, first, second),
  };
}

function fail(code: string, message: string): never {
  throw { code, message };
}

function partition(items: unknown, size: unknown): unknown {
  if (items === undefined) return undefined;
  const list = Array.isArray(items) ? items : [items];
  if (typeof size !== 'number' || size < 1)
    fail('T0410', 'Argument 2 of function "partition" must be a positive number');
  const chunk = Math.floor(size);
  const chunks: unknown[] = [];
  for (let from = 0; from < list.length; from += chunk) chunks.push(list.slice(from, from + chunk));
  return chunks;
}

function range(from: unknown, to: unknown, step: unknown): unknown {
  if (typeof from !== 'number' || typeof to !== 'number' || typeof step !== 'number') {
    fail('T0410', 'The arguments of function "range" must be numbers');
  }
  if (step === 0) fail('D3137', 'The step of function "range" must not be zero');
  const count = Math.max(0, Math.floor((to - from) / step) + 1);
  if (count > 1_000_000) fail('D2014', 'Function "range" must not make more than 1e6 elements');
  return Array.from({ length: count }, (_, i) => from + i * step);
}

function hash(data: unknown, algorithm: unknown): unknown {
  if (data === undefined) return undefined;
  const name = HASHES[String(algorithm ?? 'SHA-1')];
  if (!name) fail('D3137', `Unsupported hash algorithm ${String(algorithm)}`);
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return createHash(name).update(text).digest('hex');
}

function random(seed: unknown): number {
  return typeof seed === 'number' ? seededRandom(seed) : Math.random();
}

function uuid(): string {
  return randomUUID();
}

function parse(text: unknown): unknown {
  if (text === undefined) return undefined;
  if (typeof text !== 'string') fail('T0410', 'Argument 1 of function "parse" does not match function signature');
  try {
    return JSON.parse(text);
  } catch (error) {
    fail('D3137', `Malformed JSON: ${(error as Error).message}`);
  }
}

function pad(text: unknown, width: unknown, character?: unknown): unknown {
  if (text === undefined) return undefined;
  if (typeof text !== 'string' || typeof width !== 'number') {
    fail('T0410', 'Argument 1 of function "pad" does not match function signature');
  }
  if (Math.abs(width) > WIDEST_PADDING)
    fail('D3137', `Function "pad" must not make more than ${WIDEST_PADDING} characters`);
  const filler = typeof character === 'string' && character !== '' ? character : ' ';
  const missing = Math.abs(Math.trunc(width)) - [...text].length;
  if (missing <= 0) return text;
  const padding = [...filler.repeat(Math.ceil(missing / [...filler].length))].slice(0, missing).join('');
  return width > 0 ? text + padding : padding + text;
}

function append(budget: Budget, first: unknown, second: unknown): unknown {
  if (first === undefined) return second;
  if (second === undefined) return first;
  const [left, right] = [Array.isArray(first) ? first : [first], Array.isArray(second) ? second : [second]];
  budget.charge(left.length + right.length);
  return left.concat(right);
}
