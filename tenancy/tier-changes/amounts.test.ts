import { expect, test } from 'vitest';
import { above, plainQuantity, total, without } from './amounts.ts';

test.each([
  ['1e3', '1000000m'],
  ['1e-1', '100m'],
  ['250u', '1m'],
  ['1500000n', '2m'],
  ['2Ei', '2048Pi'],
  ['1E', '1000P'],
  ['500m', '500m'],
  ['8Gi', '8Gi'],
])('%s is %s', (quantity, plain) => {
  expect(plainQuantity(quantity)).toBe(plain);
});

test.each([
  ['3500m', '2', '1500m'],
  ['12Gi', '8Gi', '4Gi'],
  ['1e3', '1', '999'],
  ['2', '2', undefined],
  ['1', '2', undefined],
])('%s is above %s by %s', (used, allowed, excess) => {
  expect(above(used, allowed)).toBe(excess);
});

test('nothing is left of less', () => {
  expect([without('5Gi', '1Gi'), without('1', '2')]).toEqual(['4Gi', '0']);
  expect(total('1', '200m', '0')).toBe('1200m');
  expect(total()).toBe('0');
});

test('what is no quantity is refused', () => {
  expect(() => above('much', '1')).toThrow(RangeError);
});
