import type { Token } from './json-tokens.ts';
import { comparableNumber } from './numbers.ts';
import type { PatternReader } from './pattern-reader.ts';
import { type Matcher, numberOf, onString } from './scalar.ts';
import { equalsIgnoringCase, wildcardMatcher } from './string-operators.ts';

const MIXED = 'Inside anything but list, either all values are number or string, mixed type is not supported';
const NOT_A_VALUE = 'Inside anything but list, start|null|boolean is not supported.';

/**
 * `{ "anything-but": … }`: any leaf that none of the values describes, of whatever type; a missing field does not
 * match. The reader stands behind `anything-but`; afterwards behind its value.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-anything-but
 */
export function anythingButOperator(reader: PatternReader): Matcher {
  const value = reader.next();
  if (value.kind !== '{') return noneOf(values(reader, value).map((token) => plain(reader, token)));
  const operator = reader.expect('name', 'Anything-But expression name not found').text;
  const compile = SET_OPERATORS[operator];
  if (!compile) return reader.reject(`Unsupported anything-but pattern: ${operator}`);
  const matchers = elements(reader, reader.next()).map((token) => compile(reader, token));
  reader.expect('}', 'Too many elements in numeric expression');
  return noneOf(matchers);
}

type Compile = (reader: PatternReader, token: Token) => Matcher;

const SET_OPERATORS: Readonly<Record<string, Compile>> = {
  prefix: (reader, token) => affix(reader, token, (text, value) => value.startsWith(text)),
  suffix: (reader, token) => affix(reader, token, (text, value) => value.endsWith(text)),
  'equals-ignore-case'(reader, token) {
    if (token.kind !== 'string') {
      reader.reject('Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.');
    }
    return equalsIgnoringCase(token.text);
  },
  wildcard(reader, token) {
    if (token.kind !== 'string') reader.reject('wildcard match pattern must be a string');
    return wildcardMatcher(reader, token.text);
  },
};

function affix(reader: PatternReader, token: Token, test: (text: string, value: string) => boolean): Matcher {
  if (token.kind !== 'string') reader.reject('prefix/suffix match pattern must be a string');
  if (token.text === '') reader.reject('Null prefix/suffix not allowed');
  return onString((value) => test(token.text, value));
}

function plain(reader: PatternReader, token: Token): Matcher {
  if (token.kind === 'string') return onString((value) => value === token.text);
  const number = comparableNumber(token.text);
  return typeof number === 'bigint' ? (value) => numberOf(value) === number : reader.reject(number.reason);
}

/** The list of strings or of numbers; one of neither, or both, is refused. */
function values(reader: PatternReader, value: Token): Token[] {
  const list = elements(reader, value, NOT_A_VALUE);
  const kinds = new Set(list.map((token) => token.kind));
  if (kinds.size !== 1) reader.reject(MIXED);
  return list;
}

/** The single value, or those of the array it opens. With `reason`, members that are neither string nor number are refused as they come. */
function elements(reader: PatternReader, value: Token, reason?: string): Token[] {
  if (value.kind === 'string' || value.kind === 'number') return [value];
  if (value.kind !== '[') reader.reject('Value of anything-but must be an array or single string/number value.');
  const list: Token[] = [];
  for (let token = reader.next(); token.kind !== ']'; token = reader.next()) {
    if (reason !== undefined && token.kind !== 'string' && token.kind !== 'number') reader.reject(reason);
    if (token.kind === '{' || token.kind === '[') reader.reject('prefix/suffix match pattern must be a string');
    list.push(token);
  }
  return list;
}

function noneOf(matchers: readonly Matcher[]): Matcher {
  return (value) => !matchers.some((matches) => matches(value));
}
