import type { PatternReader } from './pattern-reader.ts';
import { type Matcher, onString } from './scalar.ts';
import { matchesWildcard, parseWildcard, tooComplex } from './wildcards.ts';

/** Strings equal but for case, letter by letter. */
export function equalsIgnoringCase(text: string): Matcher {
  const folded = fold(text);
  return onString((value) => fold(value) === folded);
}

/**
 * `{ "prefix": "text" }`, `{ "prefix": { "equals-ignore-case": "text" } }` and the same for `suffix`. The reader stands
 * behind the operator's name; afterwards behind its value.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-prefix-matching
 */
export function affixOperator(reader: PatternReader, operator: 'prefix' | 'suffix'): Matcher {
  const holds = (value: string, text: string) =>
    operator === 'prefix' ? value.startsWith(text) : value.endsWith(text);
  const token = reader.next();
  if (token.kind === 'string') return onString((value) => holds(value, token.text));
  if (token.kind !== '{') return reader.reject(`${operator} match pattern must be a string`);
  const title = operator === 'prefix' ? 'Prefix' : 'Suffix';
  const inner = reader.expect('name', `${title} expression name not found`).text;
  if (inner !== 'equals-ignore-case') reader.reject(`Unsupported ${operator} pattern: ${inner}`);
  const text = reader.expect('string', 'equals-ignore-case match pattern must be a string').text;
  reader.expect('}', 'Only one key allowed in match expression');
  const folded = fold(text);
  return onString((value) => holds(fold(value), folded));
}

/**
 * A wildcard matcher. Rejects consecutive stars, unknown escapes and wildcards that are too complex.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filter-wildcard-matching
 */
export function wildcardMatcher(reader: PatternReader, text: string): Matcher {
  const wildcard = parseWildcard(text);
  if ('reason' in wildcard) return reader.reject(wildcard.reason);
  if (tooComplex(wildcard)) {
    return reader.reject(
      'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
    );
  }
  return onString((value) => matchesWildcard(wildcard, value));
}

function fold(text: string): string {
  return text.toUpperCase().toLowerCase();
}
