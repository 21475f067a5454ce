import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../contract.ts';
import { evaluateIntrinsic, parseIntrinsic } from './evaluate.ts';

function call(text: string, data: JsonValue = {}): JsonValue {
  const scope = { data, variables: { own: new Map() }, context: () => ({}), now: () => 0 };
  return evaluateIntrinsic(parseIntrinsic(text), scope);
}

const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);

describe('properties', () => {
  test('partitions joined again are the array, none longer than asked', () => {
    fc.assert(
      fc.property(fc.array(json), fc.integer({ min: 1, max: 7 }), (items, size) => {
        const parts = call(`States.ArrayPartition($.items, ${size})`, { items }) as JsonValue[][];
        expect(parts.flat(1)).toEqual(items);
        expect(parts.every((part) => part.length <= size)).toBe(true);
      }),
    );
  });

  test('text survives Base64, JSON survives being a text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 1_000 }), json, (text, value) => {
        expect(call('States.Base64Decode(States.Base64Encode($.text))', { text })).toBe(text);
        expect(call('States.StringToJson(States.JsonToString($.value))', { value })).toEqual(value);
      }),
    );
  });

  test('ranges go from start to end by step', () => {
    const number = fc.integer({ min: -300, max: 300 });
    fc.assert(
      fc.property(number, number, fc.integer({ min: -20, max: 20 }).filter(Boolean), (from, to, step) => {
        const range = call(`States.ArrayRange(${from}, ${to}, ${step})`) as number[];
        expect(range.every((value, i) => value === from + i * step)).toBe(true);
        expect(range.every((value) => (step > 0 ? value <= to : value >= to))).toBe(true);
        const next = from + range.length * step;
        expect(step > 0 ? next > to : next < to).toBe(true);
      }),
    );
  });

  test('unique leaves one of each, equal whatever the order of members', () => {
    fc.assert(
      fc.property(fc.array(json), (items) => {
        const doubled = [...items, ...items];
        const unique = call('States.ArrayUnique($.doubled)', { doubled }) as JsonValue[];
        expect(call('States.ArrayUnique($.unique)', { unique })).toEqual(unique);
        for (const item of items) expect(call('States.ArrayContains($.unique, $.item)', { unique, item })).toBe(true);
      }),
    );
  });

  test('random numbers lie from start up to but not at the end; a seed repeats them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -99, max: 99 }),
        fc.integer({ min: 1, max: 99 }),
        fc.integer(),
        (from, span, seed) => {
          const text = `States.MathRandom(${from}, ${from + span}, ${seed})`;
          const value = call(text) as number;
          expect(value).toBeGreaterThanOrEqual(from);
          expect(value).toBeLessThan(from + span);
          expect(call(text)).toBe(value);
        },
      ),
    );
  });
});

test.each<[string, JsonValue, JsonValue]>([
  ["States.Format('{} is \\{not\\} {}', $.a, 'it\\'s')", { a: [1] }, "[1] is {not} it's"],
  ['States.Format($.template, 1)', { template: 'n = {}' }, 'n = 1'],
  ["States.StringSplit('1.2,3', ',.')", {}, ['1', '2', '3']],
  ['States.MathAdd(-0.5, 0.5)', {}, 1],
  ['States.ArrayGetItem(States.Array(1, true, null), 1)', {}, true],
  ['States.JsonMerge($.a, $.b, false)', { a: { x: 1, y: 1 }, b: { y: 2 } }, { x: 1, y: 2 }],
  ["States.Hash('input data', 'SHA-1')", {}, 'aaff4a450a104cd177d28d18d74485e8cae074b7'],
  ["States.StringToJson('')", {}, null],
])('%s', (text, data, expected) => {
  expect(call(text, data)).toEqual(expected);
});

test.each([
  'States.ArrayGetItem($.list, 9)',
  'States.ArrayRange(0, 5000, 1)',
  'States.ArrayRange(0, 1, 0)',
  'States.JsonMerge($.list, $.list, true)',
  "States.Format('{} {}', 1)",
  'States.Base64Encode($.long)',
  "States.StringToJson('{')",
])('%s is an intrinsic failure', (text) => {
  const data = { list: [1], long: 'x'.repeat(10_001) };
  expect(() => call(text, data)).toThrow(expect.objectContaining({ error: 'States.IntrinsicFailure' }));
});

test('a path that finds nothing is a runtime error that shows the input', () => {
  expect(() => call('States.MathAdd(1, $.missing)', { n: 1 })).toThrow(
    expect.objectContaining({ error: 'States.Runtime', message: expect.stringContaining('{"n":1}') }),
  );
});
