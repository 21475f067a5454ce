import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../contract.ts';
import { isObject } from '../payload.ts';
import { evaluatePath } from './evaluate.ts';
import { PathSyntaxError, parsePath } from './parse.ts';
import { putAt } from './reference.ts';
import { compilePayloadTemplate } from './template.ts';

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;
const plain = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value)) as JsonValue;

function find(text: string, document: JsonValue): unknown {
  const found = evaluatePath(parsePath(text), document);
  return 'value' in found ? found.value : new Error(found.missing);
}

/** Every value of a document with the path to it. */
function* places(value: JsonValue, path = '$'): Generator<[string, JsonValue]> {
  yield [path, value];
  if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* places(item, `${path}[${i}]`);
  else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      yield* places(member, `${path}['${key.replace(/[\\']/g, '\\$&')}']`);
    }
  }
}

describe('properties', () => {
  test('every value is found where it is', () => {
    fc.assert(
      fc.property(json, (document) => {
        const value = plain(document);
        for (const [path, expected] of places(value)) expect(find(path, value)).toEqual(expected);
      }),
    );
  });

  test('slices select what Array.slice does', () => {
    const bound = fc.option(fc.integer({ min: -6, max: 6 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 8 }), bound, bound, (items, from, to) => {
        expect(find(`$[${from ?? ''}:${to ?? ''}]`, items)).toEqual(items.slice(from ?? 0, to));
      }),
    );
  });

  test('what ResultPath puts is found there, and the input stays as it was', () => {
    const name = fc.stringMatching(/^[a-z]{1,3}$/);
    fc.assert(
      fc.property(json, fc.array(name, { minLength: 1, maxLength: 3 }), json, (document, names, result) => {
        const input = isObject(plain(document)) ? plain(document) : {};
        const before = JSON.stringify(input);
        const path = parsePath(`$.${names.join('.')}`);
        let output: JsonValue;
        try {
          output = putAt(path, input, plain(result));
        } catch (error) {
          expect(error).toMatchObject({ error: 'States.ResultPathMatchFailure' });
          return;
        }
        expect(evaluatePath(path, output)).toEqual({ value: plain(result) });
        expect(JSON.stringify(input)).toBe(before);
      }),
    );
  });

  test('any text is a path or a PathSyntaxError', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), (text) => {
        try {
          parsePath(`$${text}`);
        } catch (error) {
          expect(error).toBeInstanceOf(PathSyntaxError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the dialect', () => {
  const store: JsonValue = {
    book: [
      { title: 'A', price: 5, tags: ['x'] },
      { title: 'B', price: 15 },
      { title: 'C', price: 25, tags: ['x', 'y'] },
    ],
    'two words': 1,
  };
  test.each([
    ['$.book[*].title', ['A', 'B', 'C']],
    ['$.book[?(@.price > 10)].title', ['B', 'C']],
    ["$.book[?(@.price > 10 && @.title != 'C')].title", ['B']],
    ['$.book[?(@.tags)].title', ['A', 'C']],
    ['$.book[?(!@.tags)].title', ['B']],
    ["$.book[?(@.title in ['A', 'B'])].price", [5, 15]],
    ['$.book[?(@.title =~ /[ab]/i)].price', [5, 15]],
    ['$..price', [5, 15, 25]],
    ['$.book[-1].title', 'C'],
    ['$.book[0,2].price', [5, 25]],
    ["$['two words']", 1],
    ['$.book.length()', 3],
    ['$.nothing[*].x', []],
    ['$.book[1:].title', ['B', 'C']],
  ])('%s', (path, expected) => {
    expect(find(path, store)).toEqual(expected);
  });

  test('a missing leaf and a missing member on the way have different texts', () => {
    expect(find('$.x', {})).toEqual(new Error("No results for path: $['x']"));
    expect(find('$.x.y', {})).toEqual(new Error("Missing property in path $['x']"));
  });

  test('members from the prototype are not members, and __proto__ is a name like others', () => {
    expect(find('$.constructor', {})).toBeInstanceOf(Error);
    const template = compilePayloadTemplate(JSON.parse('{"__proto__.$":"$.a"}') as JsonValue);
    const scope = { data: { a: 1 }, variables: { own: new Map() }, context: () => ({}), now: () => 0 };
    expect(JSON.stringify(template(scope))).toBe('{"__proto__":1}');
  });
});
