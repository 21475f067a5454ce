import { BoundedRegExp } from '../bounded-regexp.ts';
import type { JsonValue } from '../contract.ts';
import { jsonEquals } from '../payload.ts';
import { evaluatePath } from './evaluate.ts';
import { closingBracket, type Path, PathSyntaxError, parseLiteral, parsePath } from './parse.ts';

/** Whether an item is selected; `root` is the document, for `$` inside the filter. */
export type FilterTest = (item: JsonValue, root: JsonValue) => boolean;

type Operand = (item: JsonValue, root: JsonValue) => JsonValue | undefined;

const COMPARISON = /^(==|!=|<=|>=|<|>|=~|in\b|nin\b)/;

/** Parses the inside of `[?( … )]`: comparisons, existence, `&&`, `||`, `!` and parentheses. */
export function parseFilter(text: string): FilterTest {
  if (!text.startsWith('(') || closingBracket(text, 0) !== text.length - 1) {
    throw new PathSyntaxError(`Filter must start with '[?(' and end with ')]': ${text}`);
  }
  return parseOr(text.slice(1, -1).trim());
}

function parseOr(text: string): FilterTest {
  const parts = splitOutside(text, '||');
  if (parts.length === 1) return parseAnd(text);
  const tests = parts.map(parseAnd);
  return (item, root) => tests.some((test) => test(item, root));
}

function parseAnd(text: string): FilterTest {
  const parts = splitOutside(text, '&&');
  if (parts.length === 1) return parseTerm(text.trim());
  const tests = parts.map((part) => parseTerm(part.trim()));
  return (item, root) => tests.every((test) => test(item, root));
}

function parseTerm(text: string): FilterTest {
  if (text.startsWith('!') && !text.startsWith('!=')) {
    const inner = parseTerm(text.slice(1).trim());
    return (item, root) => !inner(item, root);
  }
  if (text.startsWith('(') && closingBracket(text, 0) === text.length - 1) return parseOr(text.slice(1, -1).trim());
  const at = operatorPosition(text);
  if (at < 0) {
    const value = parseOperand(text);
    return (item, root) => value(item, root) !== undefined;
  }
  const operator = (COMPARISON.exec(text.slice(at)) as RegExpExecArray)[0];
  const left = parseOperand(text.slice(0, at).trim());
  const rightText = text.slice(at + operator.length).trim();
  if (operator === '=~') return matcher(left, rightText);
  const right = parseOperand(rightText);
  return (item, root) => compare(operator, left(item, root), right(item, root));
}

function matcher(left: Operand, text: string): FilterTest {
  const match = /^\/(.*)\/([imsu]*)$/.exec(text);
  if (!match) throw new PathSyntaxError(`Not a regular expression: ${text}`);
  const expression = new BoundedRegExp(`^(?:${match[1]})$`, match[2]);
  return (item, root) => {
    const value = left(item, root);
    return typeof value === 'string' && expression.test(value);
  };
}

function compare(operator: string, a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (operator === '==') return a !== undefined && b !== undefined && jsonEquals(a, b);
  if (operator === '!=') return a === undefined || b === undefined || !jsonEquals(a, b);
  if (operator === 'in' || operator === 'nin') {
    const found = Array.isArray(b) && a !== undefined && b.some((member) => jsonEquals(member, a));
    return found === (operator === 'in');
  }
  const comparable =
    (typeof a === 'number' && typeof b === 'number') || (typeof a === 'string' && typeof b === 'string');
  if (!comparable) return false;
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  return operator === '>' ? a > b : a >= b;
}

function parseOperand(text: string): Operand {
  if (/^[@$]/.test(text)) return pathOperand(parsePath(text));
  if (text.startsWith('[') && text.endsWith(']')) {
    const members = splitOutside(text.slice(1, -1), ',').map((part) => literal(part.trim()));
    return () => members;
  }
  const value = literal(text);
  return () => value;
}

function literal(text: string): JsonValue {
  const value = parseLiteral(text);
  if (value === undefined) throw new PathSyntaxError(`Cannot parse filter operand: ${text}`);
  return value;
}

function pathOperand(path: Path): Operand {
  return (item, root) => {
    const found = evaluatePath(path, path.root === '@' ? item : root);
    if ('missing' in found) return undefined;
    return !path.definite && Array.isArray(found.value) && found.value.length === 0 ? undefined : found.value;
  };
}

/** Calls `visit` at each position outside quotes and brackets; stops when it returns true. */
function scanOutside(text: string, visit: (position: number) => boolean): void {
  let depth = 0;
  let quote: string | undefined;
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (quote) {
      if (character === '\\') i++;
      else if (character === quote) quote = undefined;
    } else if (character === "'" || character === '"') quote = character;
    else if (character === '(' || character === '[') depth++;
    else if (character === ')' || character === ']') depth--;
    else if (depth === 0 && visit(i)) return;
  }
}

function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let from = 0;
  scanOutside(text, (position) => {
    if (position >= from && text.startsWith(separator, position)) {
      parts.push(text.slice(from, position));
      from = position + separator.length;
    }
    return false;
  });
  parts.push(text.slice(from));
  return parts;
}

function operatorPosition(text: string): number {
  let found = -1;
  scanOutside(text, (position) => {
    const operator = COMPARISON.exec(text.slice(position))?.[0];
    const word = operator === 'in' || operator === 'nin';
    if (operator && (!word || text[position - 1] === ' ')) found = position;
    return found >= 0;
  });
  return found;
}
