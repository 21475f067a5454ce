import type { JsonValue } from '../contract.ts';
import { type FilterTest, parseFilter } from './filter.ts';

export type Step =
  | { kind: 'name'; name: string }
  | { kind: 'names'; names: string[] }
  | { kind: 'index'; index: number }
  | { kind: 'indexes'; indexes: number[] }
  | { kind: 'slice'; from?: number; to?: number }
  | { kind: 'wildcard' }
  | { kind: 'descendants' }
  | { kind: 'filter'; test: FilterTest }
  | { kind: 'function'; name: string };

/** A parsed path. `root` is `$` (data), `$$` (Context object), `@` (filter item) or the name of a variable. */
export interface Path {
  readonly text: string;
  readonly root: string;
  readonly steps: readonly Step[];
  /** Selects at most one value; otherwise the result is an array. */
  readonly definite: boolean;
}

/** Thrown for text that is no path; `message` says why. */
export class PathSyntaxError extends Error {
  override readonly name = 'PathSyntaxError';
}

const cache = new Map<string, Path>();

/**
 * Parses a path of the JSONPath dialect that Step Functions runs (Jayway's): names, indexes, slices, wildcards, unions,
 * `..`, filters and the functions `length() min() max() avg() sum() keys()`.
 * https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
 */
export function parsePath(text: string): Path {
  const known = cache.get(text);
  if (known) return known;
  const root = /^(?:\$\$|\$[A-Za-z_][\w]*|\$|@)/.exec(text)?.[0];
  if (root === undefined) throw new PathSyntaxError(`A path must start with '$': ${text}`);
  const steps: Step[] = [];
  let at = root.length;
  while (at < text.length) at = parseStep(text, at, steps);
  const path: Path = { text, root, steps, definite: steps.every(isDefinite) };
  if (cache.size > 10_000) cache.clear();
  cache.set(text, path);
  return path;
}

function isDefinite(step: Step): boolean {
  return step.kind === 'name' || step.kind === 'index' || step.kind === 'function';
}

function parseStep(text: string, start: number, steps: Step[]): number {
  if (text[start] === '[') return parseBracket(text, start, steps);
  if (text[start] !== '.') throw new PathSyntaxError(`Unexpected '${text[start]}' at position ${start} of ${text}`);
  let at = start + 1;
  if (text[at] === '.') {
    steps.push({ kind: 'descendants' });
    at++;
    if (text[at] === '[') return at;
  }
  let end = at;
  while (end < text.length && text[end] !== '.' && text[end] !== '[' && text[end] !== '(') end++;
  const name = text.slice(at, end);
  if (name === '') throw new PathSyntaxError(`Property name expected at position ${at} of ${text}`);
  if (text.startsWith('()', end)) {
    steps.push({ kind: 'function', name });
    return end + 2;
  }
  if (text[end] === '(') throw new PathSyntaxError(`Functions take no arguments: ${text}`);
  steps.push(name === '*' ? { kind: 'wildcard' } : { kind: 'name', name });
  return end;
}

function parseBracket(text: string, start: number, steps: Step[]): number {
  const end = closingBracket(text, start);
  const inside = text.slice(start + 1, end).trim();
  steps.push(bracketStep(inside, text));
  return end + 1;
}

function bracketStep(inside: string, text: string): Step {
  if (inside === '*') return { kind: 'wildcard' };
  if (inside.startsWith('?')) return { kind: 'filter', test: parseFilter(inside.slice(1).trim()) };
  if (/^['"]/.test(inside)) {
    const names = splitNames(inside, text);
    return names.length === 1 ? { kind: 'name', name: names[0] as string } : { kind: 'names', names };
  }
  const slice = /^(-?\d+)?\s*:\s*(-?\d+)?$/.exec(inside);
  if (slice) {
    return { kind: 'slice', from: numberOrUndefined(slice[1]), to: numberOrUndefined(slice[2]) };
  }
  if (/^-?\d+$/.test(inside)) return { kind: 'index', index: Number(inside) };
  if (/^-?\d+(\s*,\s*-?\d+)*$/.test(inside)) return { kind: 'indexes', indexes: inside.split(',').map(Number) };
  throw new PathSyntaxError(`Could not parse token [${inside}] of ${text}`);
}

function numberOrUndefined(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** The index of the bracket that closes the one at `start`; brackets in quotes do not count. */
export function closingBracket(text: string, start: number): number {
  let depth = 0;
  let quote: string | undefined;
  for (let i = start; i < text.length; i++) {
    const character = text[i] as string;
    if (quote) {
      if (character === '\\') i++;
      else if (character === quote) quote = undefined;
    } else if (character === "'" || character === '"') quote = character;
    else if (character === '[' || character === '(') depth++;
    else if ((character === ']' || character === ')') && --depth === 0) return i;
  }
  throw new PathSyntaxError(`Missing closing bracket in ${text}`);
}

function splitNames(inside: string, text: string): string[] {
  const names: string[] = [];
  const pattern = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*(,|$)/y;
  while (pattern.lastIndex < inside.length) {
    const match = pattern.exec(inside);
    if (!match) throw new PathSyntaxError(`Could not parse token [${inside}] of ${text}`);
    names.push((match[1] ?? match[2] ?? '').replace(/\\(.)/g, '$1'));
  }
  return names;
}

/** The path in Jayway's normal form, `$['a'][0]`, up to and including step `last`. */
export function normalForm(path: Path, last = path.steps.length - 1): string {
  let form = path.root === '@' ? '@' : '$';
  for (const step of path.steps.slice(0, last + 1)) {
    if (step.kind === 'name') form += `['${step.name}']`;
    else if (step.kind === 'index') form += `[${step.index}]`;
    else if (step.kind === 'function') form += `.${step.name}()`;
  }
  return form;
}

/** Literals of filters: 'text', numbers, true, false, null. */
export function parseLiteral(text: string): JsonValue | undefined {
  const quoted = /^(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")$/.exec(text);
  if (quoted) return (quoted[1] ?? quoted[2] ?? '').replace(/\\(.)/g, '$1');
  if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return Number(text);
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (text === 'null') return null;
  return undefined;
}
