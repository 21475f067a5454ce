import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileChoiceRule, compileWildcard } from './choice.ts';
import type { JsonValue } from './contract.ts';
import { parseTimestamp } from './timestamps.ts';

const decide = (rule: Record<string, JsonValue>, data: JsonValue) =>
  compileChoiceRule(rule)({ data, variables: { own: new Map() }, context: () => ({}), now: () => 0 });

test('wildcards match what the same regular expression does', () => {
  const piece = fc.constantFrom('a', 'b', '*', '\\*', '\\\\');
  const text = fc.array(fc.constantFrom('a', 'b', '*', '\\'), { maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), text, (pieces, subject) => {
      const source = pieces.map((each) => (each === '*' ? '.*' : each.replace(/^([*])$/, '\\$1'))).join('');
      expect(compileWildcard(pieces.join(''))(subject)).toBe(new RegExp(`^${source}$`, 's').test(subject));
    }),
    { numRuns: 500 },
  );
});

test('a pattern made to be slow ends', () => {
  expect(compileWildcard(`${'*a'.repeat(5_000)}b`)('a'.repeat(100_000))).toBe(false);
});

test('a value of another type never matches; a missing one is an error except for IsPresent', () => {
  expect(decide({ Variable: '$.x', NumericEquals: 1 }, { x: '1' })).toBe(false);
  expect(decide({ Variable: '$.x', IsPresent: false }, {})).toBe(true);
  expect(() => decide({ Variable: '$.x', NumericEquals: 1 }, {})).toThrow("Invalid path '$.x'");
  expect(decide({ Not: { Variable: '$.x', IsNull: true } }, { x: 0 })).toBe(true);
  expect(decide({ Variable: '$.a', NumericLessThanPath: '$.b' }, { a: 1, b: 2 })).toBe(true);
});

test.each([
  ['2016-03-14T01:59:00Z', Date.UTC(2016, 2, 14, 1, 59)],
  ['2016-03-14T01:59:00.5+02:00', Date.UTC(2016, 2, 13, 23, 59, 0, 500)],
  ['2016-03-14T01:59:00', undefined],
  ['2016-03-14t01:59:00Z', undefined],
  ['2016-02-30T01:59:00Z', undefined],
  ['2016-03-14T25:59:00Z', undefined],
  ['14-03-2016T01:59:00Z', undefined],
])('%s is the moment %s', (text, expected) => {
  expect(parseTimestamp(text)).toBe(expected);
});
