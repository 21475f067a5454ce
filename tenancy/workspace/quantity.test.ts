import { expect, it } from 'vitest';
import { quantityValue } from './quantity.ts';

it.each([
  ['500m', 0.5],
  ['4', 4],
  ['1.5', 1.5],
  ['8Gi', 8 * 2 ** 30],
  ['2k', 2000],
  ['256Mi', 256 * 2 ** 20],
])('%s is %d', (text, value) => {
  expect(quantityValue(text)).toBe(value);
});

it.each(['', 'Gi', '1 Gi', '-1', '1e3', '1Xi'])('"%s" is refused', (text) => {
  expect(() => quantityValue(text)).toThrow(RangeError);
});
