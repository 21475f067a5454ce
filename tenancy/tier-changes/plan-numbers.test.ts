import { expect, test } from 'vitest';
import { basicNumbers } from '../workspace/numbers.ts';
import { changedNumbers } from './plan-numbers.ts';

test('a tier like the other changes nothing', () => {
  expect(changedNumbers(basicNumbers, structuredClone(basicNumbers))).toEqual([]);
});

test('every kind of number that is another one is listed with both', () => {
  const wanted = {
    ...basicNumbers,
    compute: { ...basicNumbers.compute, 'requests.cpu': '4' },
    objects: { ...basicNumbers.objects, pods: 7 },
    priorityClasses: [],
    loadBalancers: true,
  };
  expect(changedNumbers(basicNumbers, wanted)).toEqual([
    { resource: 'requests.cpu', from: '2', to: '4' },
    { resource: 'pods', from: '20', to: '7' },
    { resource: 'priority classes', from: 'tenantry-low', to: 'none' },
    { resource: 'load balancers', from: 'refused', to: 'allowed' },
  ]);
});
