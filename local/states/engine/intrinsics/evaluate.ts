import type { JsonValue } from '../contract.ts';
import { runtimeFailure } from '../failure.ts';
import { evaluatePath } from '../jsonpath/evaluate.ts';
import { closingBracket, type Path, PathSyntaxError, parsePath } from '../jsonpath/parse.ts';
import { findPath } from '../jsonpath/template.ts';
import type { Scope } from '../scope.ts';
import { INTRINSICS, IntrinsicError } from './functions.ts';

/** A parsed call of an intrinsic function, `States.Format('{}', $.name)`. */
export interface IntrinsicCall {
  readonly text: string;
  readonly name: string;
  readonly arguments: readonly Argument[];
}

type Argument =
  | { kind: 'value'; value: JsonValue }
  /** A string literal, still with its escapes: States.Format needs to see `\{`. */
  | { kind: 'string'; raw: string }
  | { kind: 'path'; path: Path }
  | { kind: 'call'; call: IntrinsicCall };

/**
 * Parses a call. Throws PathSyntaxError.
 * https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
 */
export function parseIntrinsic(text: string): IntrinsicCall {
  const match = /^\s*(States\.[A-Za-z0-9]+)\s*\(/.exec(text);
  if (!match) throw new PathSyntaxError(`Not a path or an intrinsic function: ${text}`);
  const open = match[0].length - 1;
  const close = closingBracket(text, open);
  if (text.slice(close + 1).trim() !== '') throw new PathSyntaxError(`Unexpected text after ')' in ${text}`);
  const name = match[1] as string;
  if (!Object.hasOwn(INTRINSICS, name)) throw new PathSyntaxError(`Unknown intrinsic function ${name}`);
  const parts = splitArguments(text.slice(open + 1, close));
  return { text, name, arguments: parts.map(parseArgument) };
}

function splitArguments(inside: string): string[] {
  if (inside.trim() === '') return [];
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at <= inside.length; at++) {
    const character = inside[at];
    if (character === "'") at = closingQuote(inside, at);
    else if (character === '(' || character === '[') at = closingBracket(inside, at);
    else if (character === ',' || character === undefined) {
      parts.push(inside.slice(from, at).trim());
      from = at + 1;
    }
  }
  return parts;
}

function closingQuote(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === "'") return i;
  }
  throw new PathSyntaxError(`Missing closing quote in ${text}`);
}

function parseArgument(text: string): Argument {
  if (text.startsWith("'")) {
    if (closingQuote(text, 0) !== text.length - 1) throw new PathSyntaxError(`Unexpected text after ${text}`);
    return { kind: 'string', raw: text.slice(1, -1) };
  }
  if (text.startsWith('$')) return { kind: 'path', path: parsePath(text) };
  if (text.startsWith('States.')) return { kind: 'call', call: parseIntrinsic(text) };
  if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return { kind: 'value', value: Number(text) };
  if (text === 'true' || text === 'false') return { kind: 'value', value: text === 'true' };
  if (text === 'null') return { kind: 'value', value: null };
  throw new PathSyntaxError(`Cannot parse argument: ${text}`);
}

/** Evaluates a call. Throws StateFailure: States.IntrinsicFailure, or States.Runtime for a path that finds nothing. */
export function evaluateIntrinsic(call: IntrinsicCall, scope: Scope): JsonValue {
  const values = call.arguments.map((argument, position) => {
    switch (argument.kind) {
      case 'value':
        return argument.value;
      case 'string':
        return call.name === 'States.Format' && position === 0 ? argument.raw : unescapeText(argument.raw);
      case 'call':
        return evaluateIntrinsic(argument.call, scope);
      default:
        return pathArgument(call, argument.path, scope);
    }
  });
  const literalTemplate = call.arguments[0]?.kind === 'string';
  try {
    return (INTRINSICS[call.name] as (values: JsonValue[], literal: boolean) => JsonValue)(values, literalTemplate);
  } catch (error) {
    if (error instanceof IntrinsicError) throw failed(call, error.message);
    throw error;
  }
}

function pathArgument(call: IntrinsicCall, path: Path, scope: Scope): JsonValue {
  const found = path.root === '$' ? evaluatePath(path, scope.data) : findPath(path, scope);
  if ('value' in found) return found.value;
  const shown = path.root === '$$' ? scope.context() : scope.data;
  const why = `The JsonPath argument for the field '${path.text}' could not be found in the input '${JSON.stringify(shown)}'`;
  throw failed(call, why, 'States.Runtime');
}

function failed(call: IntrinsicCall, why: string, error = 'States.IntrinsicFailure') {
  return runtimeFailure(`The function '${call.text}' had the following error: ${why}`, error);
}

function unescapeText(raw: string): string {
  return raw.replace(/\\(['{}\\])/g, '$1');
}
