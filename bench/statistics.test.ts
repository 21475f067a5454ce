import { expect, it } from 'vitest';
import { median, percentile } from './statistics.ts';

it('takes the nearest rank', () => {
  expect(percentile([1, 2, 3, 4], 50)).toBe(2);
  expect(percentile([4, 3, 2, 1], 95)).toBe(4);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});
