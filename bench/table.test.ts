import { expect, test } from 'vitest';
import { aligned } from './table.ts';

test('names begin flush and figures end flush, without blanks behind them', () => {
  const rows = [
    ['from', 'to', 'seconds'],
    ['pool', 'virtual cluster', '7.0'],
    ['cluster', 'pool', ''],
  ];
  expect(aligned(rows, 2)).toEqual([
    'from     to               seconds',
    'pool     virtual cluster      7.0',
    'cluster  pool',
  ]);
  expect(aligned([], 1)).toEqual([]);
});
