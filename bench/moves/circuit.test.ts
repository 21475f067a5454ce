import { expect, test } from 'vitest';
import { circuit } from './circuit.ts';

test.each([2, 3, 6, 7])(
  'every way between two of %i places is gone once, and the walk ends where it began',
  (count) => {
    const places = Array.from({ length: count }, (_, index) => `place-${index}`);
    const walk = circuit(places);
    const ways = walk.slice(1).map((to, index) => `${walk[index]} -> ${to}`);
    const all = places.flatMap((from) => places.filter((to) => to !== from).map((to) => `${from} -> ${to}`));
    expect(ways.toSorted()).toEqual(all.toSorted());
    expect(walk[0]).toBe('place-0');
    expect(walk.at(-1)).toBe('place-0');
  },
);

test('of one place there is no way', () => {
  expect(circuit(['only'])).toEqual(['only']);
  expect(circuit([])).toEqual([]);
});
