import { type ComparableNumber, comparableNumber } from './numbers.ts';
import type { PatternReader } from './pattern-reader.ts';
import { type Matcher, numberOf } from './scalar.ts';

type Test = (value: ComparableNumber) => boolean;

/**
 * `{ "numeric": ["=", 5] }`, `[">", 0]`, `[">=", 0, "<", 5]`: one comparison, or a lower then an upper bound. The reader
 * stands behind `numeric`; afterwards behind the closing bracket.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#filtering-numeric-matching
 */
export function numericOperator(reader: PatternReader): Matcher {
  reader.expect('[', 'Value of numeric must be an array.');
  const first = reader.next();
  if (first.kind !== 'string') reader.reject(`Invalid member in numeric match: ${first.text}`);
  switch (first.text) {
    case '=':
      return single(reader, 'Value of equals must be numeric', (bound) => (value) => value === bound);
    case '<':
      return single(reader, 'Value of < must be numeric', (bound) => (value) => value < bound);
    case '<=':
      return single(reader, 'Value of <= must be numeric', (bound) => (value) => value <= bound);
    case '>':
    case '>=':
      return range(reader, first.text);
    default:
      return reader.reject(`Unrecognized numeric range operator: ${first.text}`);
  }
}

function single(reader: PatternReader, reason: string, test: (bound: ComparableNumber) => Test): Matcher {
  const bound = readNumber(reader, reason);
  reader.expect(']', 'Too many elements in numeric expression');
  return onNumber(test(bound));
}

function range(reader: PatternReader, lower: '>' | '>='): Matcher {
  const bottom = readNumber(reader, `Value of ${lower} must be numeric`);
  const above: Test = lower === '>' ? (value) => value > bottom : (value) => value >= bottom;
  const second = reader.next();
  if (second.kind === ']') return onNumber(above);
  if (second.kind !== 'string') reader.reject(`Bad value in numeric range: ${second.text}`);
  const upper = second.text;
  if (upper !== '<' && upper !== '<=') reader.reject(`Bad numeric range operator: ${upper}`);
  const top = readNumber(reader, `Value of ${upper} must be numeric`);
  reader.expect(']', 'Too many terms in numeric range expression');
  if (bottom >= top) reader.reject('Bottom must be less than top');
  const below: Test = upper === '<' ? (value) => value < top : (value) => value <= top;
  return onNumber((value) => above(value) && below(value));
}

function readNumber(reader: PatternReader, reason: string): ComparableNumber {
  const token = reader.expect('number', reason);
  const number = comparableNumber(token.text);
  return typeof number === 'bigint' ? number : reader.reject(number.reason);
}

function onNumber(test: Test): Matcher {
  return (value) => {
    const number = numberOf(value);
    return number !== undefined && test(number);
  };
}
