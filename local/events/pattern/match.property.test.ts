import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compilePattern } from './compile.ts';
import { compactJson } from './json-tokens.ts';
import { flattenEvent, matchesPattern } from './match.ts';
import { matchesWildcard, parseWildcard } from './wildcards.ts';

type Leaf = string | number | boolean | null;
type Shape = { [name: string]: Shape | Condition[] };
type Condition = Leaf | { [operator: string]: unknown };

const names = fc.constantFrom('a', 'b');
const leaves: fc.Arbitrary<Leaf> = fc.oneof(
  fc.constantFrom('a', 'ab', 'abc', 'B'),
  fc.integer({ min: -3, max: 3 }),
  fc.boolean(),
  fc.constant(null),
);
const texts = fc.constantFrom('a', 'ab', 'b', 'C');
const conditions: fc.Arbitrary<Condition> = fc.oneof(
  leaves,
  fc.record({ prefix: texts }),
  fc.record({ suffix: texts }),
  // That a field is absent depends on the elements chosen before it: see the examples.
  fc.record({ exists: fc.constant(true) }),
  fc.record({ 'equals-ignore-case': texts }),
  fc.record({ 'anything-but': fc.oneof(texts, fc.integer({ min: -3, max: 3 }), fc.array(texts, { minLength: 1 })) }),
  fc.record({ wildcard: fc.constantFrom('*', 'a*', '*b', 'a*c', '*b*') }),
  fc.integer({ min: -3, max: 2 }).map((least) => ({ numeric: ['>', least, '<=', least + 2] })),
);
const patterns = fc.letrec<{ pattern: Shape; field: Shape | Condition[] }>((tie) => ({
  pattern: fc.dictionary(names, tie('field'), { minKeys: 1, maxKeys: 2 }),
  field: fc.oneof({ maxDepth: 2 }, fc.array(conditions, { minLength: 1, maxLength: 4 }), tie('pattern')),
})).pattern;
const events = fc.letrec<{ event: object; value: unknown; list: unknown }>((tie) => ({
  event: fc.dictionary(names, tie('value'), { minKeys: 1, maxKeys: 2 }),
  value: fc.oneof({ maxDepth: 3 }, leaves, tie('event'), tie('list')),
  list: fc.array(tie('value'), { maxLength: 3 }),
})).event;

it('agrees with a search through every choice of array elements', () => {
  let matched = 0;
  fc.assert(
    fc.property(patterns, events, (pattern, event) => {
      const expected = anyChoiceMatches(pattern, event);
      matched += Number(expected);
      expect(matchesPattern(compilePattern(JSON.stringify(pattern)), flattenEvent(JSON.stringify(event)))).toBe(
        expected,
      );
    }),
    { numRuns: 3000 },
  );
  expect(matched).toBeGreaterThan(100);
});

it('matches wildcards as the regular expression would', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', '*') }),
      fc.string({ unit: fc.constantFrom('a', 'b') }),
      (text, value) => {
        const wildcard = parseWildcard(text);
        fc.pre(!('reason' in wildcard));
        if ('reason' in wildcard) return;
        expect(matchesWildcard(wildcard, value)).toBe(new RegExp(`^${text.replaceAll('*', '.*')}$`, 's').test(value));
      },
    ),
  );
});

it('compacts any JSON to what it means', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 2), (text, indent) => {
      const spaced = JSON.stringify(JSON.parse(text), null, indent);
      expect(compactJson(spaced)).toBe(JSON.stringify(JSON.parse(text)));
    }),
  );
});

/** The naive reference: tries every way to choose one element in each array of objects or arrays. */
function anyChoiceMatches(pattern: Shape, event: unknown): boolean {
  return choices(event).some((chosen) => meets(pattern, '', chosen));
}

type Chosen = Map<string, Leaf[]>;

/** All ways to flatten a value to its leaves when every array stands for one of its nested elements plus its plain ones. */
function choices(value: unknown, path = ''): Chosen[] {
  if (Array.isArray(value)) {
    const plain = value.filter((member) => typeof member !== 'object' || member === null);
    const nested = value.filter((member) => typeof member === 'object' && member !== null);
    const base: Chosen = new Map(plain.length > 0 ? [[path, plain]] : []);
    const ways = nested.flatMap((member) => choices(member, path).map((chosen) => merge(base, chosen)));
    return ways.length > 0 ? ways : [base];
  }
  if (typeof value !== 'object' || value === null) return [new Map([[path, [value as Leaf]]])];
  return Object.entries(value).reduce<Chosen[]>(
    (ways, [name, member]) => {
      const below = choices(member, path === '' ? name : `${path}.${name}`);
      return ways.flatMap((way) => below.map((chosen) => merge(way, chosen)));
    },
    [new Map()],
  );
}

function merge(one: Chosen, other: Chosen): Chosen {
  const merged = new Map(one);
  for (const [path, values] of other) merged.set(path, [...(merged.get(path) ?? []), ...values]);
  return merged;
}

function meets(pattern: Shape, path: string, chosen: Chosen): boolean {
  return Object.entries(pattern).every(([name, wanted]) => {
    const field = path === '' ? name : `${path}.${name}`;
    if (!Array.isArray(wanted)) return meets(wanted, field, chosen);
    const values = chosen.get(field) ?? [];
    return wanted.some((condition) => holds(condition, values));
  });
}

function holds(condition: Condition, values: Leaf[]): boolean {
  if (typeof condition !== 'object' || condition === null) return values.includes(condition);
  const [[operator, argument] = []] = Object.entries(condition);
  if (operator === 'exists') return argument === values.length > 0;
  return values.some((value) => {
    if (operator === 'anything-but') return ![argument].flat().includes(value);
    if (operator === 'numeric') {
      const [, above, , most] = argument as [string, number, string, number];
      return typeof value === 'number' && value > above && value <= most;
    }
    if (typeof value !== 'string') return false;
    const text = String(argument);
    if (operator === 'prefix') return value.startsWith(text);
    if (operator === 'suffix') return value.endsWith(text);
    if (operator === 'wildcard') return new RegExp(`^${text.replaceAll('*', '.*')}$`).test(value);
    return value.toLowerCase() === text.toLowerCase();
  });
}
