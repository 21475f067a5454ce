import { expect, test } from 'vitest';
import { covers } from './covers.ts';

test.each([
  [{ a: 1, b: 2 }, { a: 1 }, true],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: { b: [1, { c: 2, d: 3 }] } }, { a: { b: [1, { c: 2 }] } }, true],
  [{ a: [1, 2] }, { a: [1] }, false],
  [{ a: [2, 1] }, { a: [1, 2] }, false],
  [{}, { selector: {} }, true],
  [{}, { list: [] }, false],
  [undefined, { a: 1 }, false],
  [{ a: '1' }, { a: 1 }, false],
])('%j covers %j: %s', (live, wanted, expected) => {
  expect(covers(live, wanted)).toBe(expected);
});
