import { expect, test } from 'vitest';
import { basicNumbers, workspaceNumbers } from './numbers.ts';

test('the example numbers are valid', () => {
  expect(workspaceNumbers.parse(basicNumbers)).toEqual(basicNumbers);
});

test('an unknown key fails, by name, at any depth', () => {
  const result = workspaceNumbers.safeParse({
    ...basicNumbers,
    compute: { ...basicNumbers.compute, 'requests.gpu': '1' },
    colour: 'blue',
  });
  expect(result.error?.issues.map((issue) => 'keys' in issue && issue.keys)).toEqual([['requests.gpu'], ['colour']]);
});

test.each(['registry.example.com', 'https://registry.example.com/', 'Registry.example.com/', '/', ''])(
  'the registry %j is refused: a prefix without the closing slash admits other hosts',
  (registry) => {
    expect(workspaceNumbers.safeParse({ ...basicNumbers, imageRegistries: [registry] }).success).toBe(false);
  },
);

test.each(['-1', '1 Gi', '1e3', 'many', ''])('the quantity %j is refused', (cpu) => {
  const numbers = { ...basicNumbers, compute: { ...basicNumbers.compute, 'requests.cpu': cpu } };
  expect(workspaceNumbers.safeParse(numbers).success).toBe(false);
});

test('a list entry cannot smuggle a second one in by a comma', () => {
  expect(workspaceNumbers.safeParse({ ...basicNumbers, storageClasses: ['gp3,io2'] }).success).toBe(false);
  expect(workspaceNumbers.safeParse({ ...basicNumbers, runtimeClasses: ['gvisor,'] }).success).toBe(false);
});

test('a tier cannot give a system priority class', () => {
  const numbers = { ...basicNumbers, priorityClasses: ['system-node-critical'] };
  expect(workspaceNumbers.safeParse(numbers).success).toBe(false);
});
