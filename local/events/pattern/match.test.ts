import { describe, expect, it } from 'vitest';
import { compilePattern } from './compile.ts';
import { flattenEvent, matchesPattern } from './match.ts';

function matches(pattern: unknown, event: unknown): boolean {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return matchesPattern(compilePattern(text(pattern)), flattenEvent(text(event)));
}

describe('one field', () => {
  it.each<[string, unknown, boolean]>([
    ['"x"', 'x', true],
    ['"x"', 'X', false],
    ['""', '', true],
    ['null', null, true],
    ['null', 'null', false],
    ['true', true, true],
    ['true', 'true', false],
    ['5', '5', false],
    ['{"prefix":"ab"}', 'abc', true],
    ['{"prefix":""}', 7, false],
    ['{"prefix":{"equals-ignore-case":"AB"}}', 'aBc', true],
    ['{"suffix":"bc"}', 'abc', true],
    ['{"suffix":{"equals-ignore-case":"BC"}}', 'abC', true],
    ['{"equals-ignore-case":"ÄPFEL"}', 'äpfel', true],
    ['{"anything-but":"x"}', null, true],
    ['{"anything-but":["x","y"]}', 'y', false],
    ['{"anything-but":[1,2]}', 'x', true],
    ['{"anything-but":1}', 1.0, false],
    ['{"anything-but":{"prefix":["a","b"]}}', 'bc', false],
    ['{"anything-but":{"suffix":"c"}}', 'bd', true],
    ['{"anything-but":{"equals-ignore-case":["A"]}}', 'a', false],
    ['{"anything-but":{"wildcard":"*b*"}}', 'abc', false],
    ['{"wildcard":"a*c"}', 'abbc', true],
    ['{"wildcard":"a*c"}', 'ac', true],
    ['{"wildcard":"a\\\\*c"}', 'a*c', true],
    ['{"wildcard":"a\\\\*c"}', 'abc', false],
    ['{"wildcard":"*a"}', 'a', true],
    ['{"wildcard":"ab*ba"}', 'aba', false],
    ['{"numeric":[">",0,"<=",5]}', 5, true],
    ['{"numeric":[">",0,"<=",5]}', 0, false],
    ['{"numeric":["=",301.8]}', 3.018e2, true],
    ['{"numeric":["<",0]}', -0.000001, true],
    ['{"numeric":[">",0]}', 6e9, false],
    ['{"cidr":"10.0.0.0/24"}', '10.0.0.255', true],
    ['{"cidr":"10.0.0.0/24"}', '10.0.1.0', false],
    ['{"cidr":"10.0.0.77/24"}', '10.0.0.1', true],
    ['{"cidr":"10.0.0.0/24"}', 'ten', false],
    ['{"cidr":"2001:db8::/32"}', '2001:db8:ffff::1', true],
    ['{"cidr":"2001:db8::/32"}', '10.0.0.1', false],
    ['{"exists":true}', null, true],
    ['{"exists":true}', [], false],
    ['{"exists":false}', [], true],
    ['{"exists":true}', { b: 1 }, false],
  ])('%s and %j: %s', (condition, value, expected) => {
    expect(matches(`{"a":[${condition}]}`, { a: value })).toBe(expected);
  });

  it('compares numbers by value where it can and by digits where it cannot', () => {
    expect(matches('{"a":[1]}', '{"a":1.0}')).toBe(true);
    expect(matches('{"a":[300]}', '{"a":3e2}')).toBe(true);
    expect(matches('{"a":[123456789012]}', '{"a":123456789012}')).toBe(true);
    expect(matches('{"a":[12345678901234567890]}', '{"a":12345678901234567891}')).toBe(false);
    expect(matches('{"a":[0.1234567]}', '{"a":0.12345671}')).toBe(false);
    expect(matches('{"a":[1]}', `{"a":1e${'9'.repeat(400)}}`)).toBe(false);
  });
});

describe('several fields', () => {
  it('joins dotted names with nesting', () => {
    expect(matches({ 'a.b': [1] }, { a: { b: 1 } })).toBe(true);
    expect(matches({ a: { b: [1] } }, { 'a.b': 1 })).toBe(true);
  });

  it('takes the last of a repeated field', () => {
    expect(matches('{"a":[1],"a":[2]}', { a: 1 })).toBe(false);
    expect(matches('{"a":[1],"a":[2]}', { a: 2 })).toBe(true);
  });

  it('needs one alternative of $or and everything beside it', () => {
    const pattern = { s: ['x'], $or: [{ a: [1] }, { b: [{ exists: false }], c: [2] }] };
    expect(matches(pattern, { s: 'x', a: 1, b: 0 })).toBe(true);
    expect(matches(pattern, { s: 'x', c: 2 })).toBe(true);
    expect(matches(pattern, { s: 'x', b: 0, c: 2 })).toBe(false);
    expect(matches(pattern, { s: 'y', a: 1 })).toBe(false);
  });
});

describe('arrays', () => {
  const employees = {
    people: [
      { first: 'Ann', last: 'Lee', tags: ['a'] },
      { first: 'Bob', last: 'Ray', tags: ['b', 'c'] },
    ],
  };

  it('match if any plain member does', () => {
    expect(matches({ a: [3] }, { a: [1, [2, 3]] })).toBe(true);
    expect(matches({ a: [{ 'anything-but': 1 }] }, { a: [1, 2] })).toBe(true);
    expect(matches({ a: [{ 'anything-but': 1 }] }, { a: [1, 1] })).toBe(false);
  });

  it('take all fields from the same element', () => {
    expect(matches({ people: { first: ['Bob'], last: ['Ray'] } }, employees)).toBe(true);
    expect(matches({ people: { first: ['Ann'], last: ['Ray'] } }, employees)).toBe(false);
    expect(matches({ people: { first: ['Bob'], tags: ['c'] } }, employees)).toBe(true);
    expect(matches({ people: { first: ['Ann'], tags: ['c'] } }, employees)).toBe(false);
  });

  it('look for an absent field in the element chosen so far', () => {
    const event = { items: [{ a: 1, b: 1 }, { a: 2 }] };
    expect(matches({ items: { a: [2], b: [{ exists: false }] } }, event)).toBe(true);
    expect(matches({ items: { a: [1], b: [{ exists: false }] } }, event)).toBe(false);
    expect(matches({ items: { b: [{ exists: false }], c: [3] } }, { items: [{ b: 1 }, { c: 3 }] })).toBe(false);
  });

  it('stay fast when every element of several large arrays is possible', () => {
    const elements = Array.from({ length: 3000 }, (_, index) => ({ x: 1, y: 1, z: index }));
    const event = flattenEvent(JSON.stringify({ a: elements, b: elements, c: elements }));
    const field = { x: [1], y: [1], z: [{ numeric: ['>=', 0] }] };
    const pattern = compilePattern(JSON.stringify({ a: field, b: field, c: { ...field, z: [-1] } }));
    expect(matchesPattern(pattern, event)).toBe(false);
  });
});

it('matches hostile wildcards against long values', () => {
  const value = `${'a'.repeat(500_000)}b`;
  expect(matches({ a: [{ wildcard: '*a*a*a*a*c' }] }, { a: value })).toBe(false);
});

it('refuses events that are no object or nested too deep', () => {
  expect(() => flattenEvent('[1]')).toThrow('Event must be a JSON object');
  expect(() => flattenEvent(`{"a":${'['.repeat(100_000)}`)).toThrow(/nesting depth/);
});
