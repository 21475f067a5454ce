import { expect, it } from 'vitest';
import { fromItem, toAttributeValue, toItem } from './attribute-values.ts';

it('writes values as DynamoDB has them, and reads them back', () => {
  const item = { text: 'a', number: 0.1, flag: false, nothing: null, list: ['x', 2], map: { inner: { deep: true } } };
  const written = toItem({ ...item, left: undefined });
  expect(written).toEqual({
    text: { S: 'a' },
    number: { N: '0.1' },
    flag: { BOOL: false },
    nothing: { NULL: true },
    list: { L: [{ S: 'x' }, { N: '2' }] },
    map: { M: { inner: { M: { deep: { BOOL: true } } } } },
  });
  expect(fromItem(written)).toEqual(item);
});

it('refuses what it could not read back', () => {
  expect(() => toAttributeValue(new Set(['a']))).toThrow('[object Set]');
  expect(() => toItem({ when: new Date(0) })).toThrow('The registry holds no values such as');
});
