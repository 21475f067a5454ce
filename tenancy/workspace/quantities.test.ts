import { expect, test } from 'vitest';
import { excessOf, largerOf, quantityValue, smallerOf, sumOf } from './quantities.ts';

test.each([
  [['2', '200m'], '2200m'],
  [['500m', '500m'], '1'],
  [['4Gi', '320Mi'], '4416Mi'],
  [['20Gi', '5Gi'], '25Gi'],
  [['1Gi', '1G'], '2073741824'],
  [['1.5', '0.5'], '2'],
  [['0', '5Gi'], '5Gi'],
  [['0.0001'], '1m'],
  [['100k', '900k'], '1M'],
])('the sum of %j is %s', (parts, sum) => {
  expect(sumOf(...parts)).toBe(sum);
});

test.each([
  ['4Gi', '4G', '4Gi'],
  ['2', '2500m', '2500m'],
])('of %s and %s the larger is %s', (one, other, larger) => {
  expect(largerOf(one, other)).toBe(larger);
  expect(smallerOf(one, other)).toBe(one === larger ? other : one);
});

test('of equal ones the first is taken', () => {
  expect([largerOf('1000m', '1'), smallerOf('1', '1000m')]).toEqual(['1000m', '1']);
});

test.each([
  ['3500m', '2', '1500m'],
  ['12Gi', '8Gi', '4Gi'],
  ['1Gi', '1G', '73741824'],
  ['21', '20', '1'],
  ['2', '2000m', undefined],
  ['1', '2', undefined],
])('%s is above %s by %s', (one, other, excess) => {
  expect(excessOf(one, other)).toBe(excess);
});

test.each(['', '1e3', '-1', '5 Gi', 'Gi', '1.'])('"%s" is refused', (text) => {
  expect(() => sumOf(text)).toThrow(RangeError);
});

test.each([
  ['500m', 0.5],
  ['4', 4],
  ['1.5', 1.5],
  ['8Gi', 8 * 2 ** 30],
  ['2k', 2000],
  ['256Mi', 256 * 2 ** 20],
])('%s is %d', (text, value) => {
  expect(quantityValue(text)).toBe(value);
});

test.each(['', 'Gi', '1 Gi', '-1', '1e3', '1Xi'])('"%s" is refused', (text) => {
  expect(() => quantityValue(text)).toThrow(RangeError);
});
