import type { JsonValue } from './contract.ts';
import { runtimeFailure } from './failure.ts';
import { type Path, parsePath } from './jsonpath/parse.ts';
import { findPath } from './jsonpath/template.ts';
import { isObject, type JsonObject } from './payload.ts';
import type { Scope } from './scope.ts';
import { parseTimestamp } from './timestamps.ts';

export type ChoiceTest = (scope: Scope) => boolean;

type Comparison = (variable: JsonValue, value: JsonValue) => boolean;

const strings = (test: (a: string, b: string) => boolean): Comparison => {
  return (a, b) => typeof a === 'string' && typeof b === 'string' && test(a, b);
};
const numbers = (test: (a: number, b: number) => boolean): Comparison => {
  return (a, b) => typeof a === 'number' && typeof b === 'number' && test(a, b);
};
const timestamps = (test: (a: number, b: number) => boolean): Comparison =>
  strings((a, b) => {
    const [left, right] = [parseTimestamp(a), parseTimestamp(b)];
    return left !== undefined && right !== undefined && test(left, right);
  });

/**
 * The comparison operators; each also exists with `Path` at the end, which takes the value from a path.
 * https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
 */
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  StringEquals: strings((a, b) => a === b),
  StringLessThan: strings((a, b) => a < b),
  StringGreaterThan: strings((a, b) => a > b),
  StringLessThanEquals: strings((a, b) => a <= b),
  StringGreaterThanEquals: strings((a, b) => a >= b),
  NumericEquals: numbers((a, b) => a === b),
  NumericLessThan: numbers((a, b) => a < b),
  NumericGreaterThan: numbers((a, b) => a > b),
  NumericLessThanEquals: numbers((a, b) => a <= b),
  NumericGreaterThanEquals: numbers((a, b) => a >= b),
  BooleanEquals: (a, b) => typeof a === 'boolean' && a === b,
  TimestampEquals: timestamps((a, b) => a === b),
  TimestampLessThan: timestamps((a, b) => a < b),
  TimestampGreaterThan: timestamps((a, b) => a > b),
  TimestampLessThanEquals: timestamps((a, b) => a <= b),
  TimestampGreaterThanEquals: timestamps((a, b) => a >= b),
};

const TYPE_TESTS: Readonly<Record<string, (value: JsonValue) => boolean>> = {
  IsNull: (value) => value === null,
  IsNumeric: (value) => typeof value === 'number',
  IsString: (value) => typeof value === 'string',
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: (value) => typeof value === 'string' && parseTimestamp(value) !== undefined,
};

/** Compiles a JSONPath choice rule. Throws Error for a rule without an operator. */
export function compileChoiceRule(rule: JsonObject): ChoiceTest {
  const { And: and, Or: or, Not: not } = rule;
  if (Array.isArray(and)) {
    const tests = and.filter(isObject).map(compileChoiceRule);
    return (scope) => tests.every((test) => test(scope));
  }
  if (Array.isArray(or)) {
    const tests = or.filter(isObject).map(compileChoiceRule);
    return (scope) => tests.some((test) => test(scope));
  }
  if (isObject(not)) {
    const test = compileChoiceRule(not);
    return (scope) => !test(scope);
  }
  return compileComparison(rule);
}

function compileComparison(rule: JsonObject): ChoiceTest {
  const variable = parsePath(String(rule['Variable']));
  for (const [operator, operand] of Object.entries(rule)) {
    if (operator === 'IsPresent') return (scope) => 'value' in findPath(variable, scope) === operand;
    const typeTest = TYPE_TESTS[operator];
    if (typeTest) return (scope) => typeTest(required(variable, scope)) === operand;
    if (operator === 'StringMatches') {
      const matches = compileWildcard(String(operand));
      return (scope) => {
        const value = required(variable, scope);
        return typeof value === 'string' && matches(value);
      };
    }
    const compare = COMPARISONS[operator] ?? COMPARISONS[operator.replace(/Path$/, '')];
    if (!compare) continue;
    if (Object.hasOwn(COMPARISONS, operator)) return (scope) => compare(required(variable, scope), operand);
    const other = parsePath(String(operand));
    return (scope) => compare(required(variable, scope), required(other, scope));
  }
  throw new Error(`Choice rule without a comparison operator: ${JSON.stringify(rule)}`);
}

function required(path: Path, scope: Scope): JsonValue {
  const found = findPath(path, scope);
  if ('value' in found) return found.value;
  throw runtimeFailure(`Invalid path '${path.text}': The choice state's condition path references an invalid value.`);
}

/**
 * StringMatches: `*` stands for any characters, `\*` for an asterisk. Takes time linear in pattern times text, also for
 * patterns made to be slow.
 */
export function compileWildcard(pattern: string): (text: string) => boolean {
  const parts: string[] = [];
  let part = '';
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i] as string;
    if (character === '\\' && i + 1 < pattern.length) part += pattern[++i];
    else if (character === '*') {
      parts.push(part);
      part = '';
    } else part += character;
  }
  parts.push(part);
  const first = parts[0] as string;
  const last = parts.at(-1) as string;
  const middle = parts.slice(1, -1);
  return (text) => {
    if (parts.length === 1) return text === first;
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    const end = text.length - last.length;
    for (const piece of middle) {
      const found = text.indexOf(piece, at);
      if (found < 0 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}
