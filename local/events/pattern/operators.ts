import { anythingButOperator } from './anything-but.ts';
import { cidrBlock, ipAddress, sameAddress } from './ip-addresses.ts';
import type { Token } from './json-tokens.ts';
import { comparableNumber } from './numbers.ts';
import { numericOperator } from './numeric-operator.ts';
import type { PatternReader } from './pattern-reader.ts';
import { addressOf, type Matcher, numberOf, onString } from './scalar.ts';
import { affixOperator, equalsIgnoringCase, wildcardMatcher } from './string-operators.ts';

/** What one element of a field's array asks: a test of a present leaf, or that there is none. */
export type Condition = Matcher | 'absent';

const ONE_KEY = 'Only one key allowed in match expression';

/**
 * A plain value. Strings that are IP addresses match any spelling of the address; numbers match by value (1 = 1.0)
 * where EventBridge can compare them, otherwise by their digits.
 */
export function literal(reader: PatternReader, token: Token): Condition {
  if (token.kind === 'string') {
    const address = ipAddress(token.text);
    if (!address) return onString((value) => value === token.text);
    return (value) => {
      const other = addressOf(value);
      return other !== undefined && sameAddress(address, other);
    };
  }
  if (token.kind === 'number') {
    const number = comparableNumber(token.text);
    return (value) => value.kind === 'number' && (value.text === token.text || numberOf(value) === number);
  }
  if (token.kind !== 'true' && token.kind !== 'false' && token.kind !== 'null') {
    return reader.reject('Match value must be String, number, true, false, or null');
  }
  return (value) => value.kind === 'literal' && value.text === token.text;
}

/**
 * A match expression, `{ "operator": … }`; the reader stands behind its opening brace, afterwards behind the closing one.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function matchExpression(reader: PatternReader): Condition {
  const operator = reader.expect('name', 'Match expression name not found').text;
  const compile = OPERATORS[operator];
  if (!compile) return reader.reject(`Unrecognized match type ${operator}`);
  const condition = compile(reader);
  const several = operator === 'numeric' || operator === 'anything-but';
  reader.expect('}', several ? 'Too many elements in numeric expression' : ONE_KEY);
  return condition;
}

const OPERATORS: Readonly<Record<string, (reader: PatternReader) => Condition>> = {
  exactly(reader) {
    const text = reader.expect('string', 'exact match pattern must be a string').text;
    return onString((value) => value === text);
  },
  prefix: (reader) => affixOperator(reader, 'prefix'),
  suffix: (reader) => affixOperator(reader, 'suffix'),
  numeric: numericOperator,
  'anything-but': anythingButOperator,
  exists(reader) {
    const token = reader.next();
    if (token.kind === 'true') return () => true;
    return token.kind === 'false' ? 'absent' : reader.reject('exists match pattern must be either true or false.');
  },
  cidr(reader) {
    const block = cidrBlock(reader.expect('string', 'prefix match pattern must be a string').text);
    if (typeof block !== 'function') return reader.reject(block.reason);
    return (value) => {
      const address = addressOf(value);
      return address !== undefined && block(address);
    };
  },
  'equals-ignore-case': (reader) =>
    equalsIgnoringCase(reader.expect('string', 'equals-ignore-case match pattern must be a string').text),
  wildcard: (reader) =>
    wildcardMatcher(reader, reader.expect('string', 'wildcard match pattern must be a string').text),
};
