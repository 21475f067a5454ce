import { expect, test } from 'vitest';
import { changed } from './requests.ts';

const object = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { list: [{ a: 1 }, { b: 2 }], deep: {} },
};

test('changes one place and leaves everything else, the original too', () => {
  const copy = structuredClone(object);
  expect(changed(object, 'spec.list.1.b', 3)).toEqual({ ...object, spec: { list: [{ a: 1 }, { b: 3 }], deep: {} } });
  expect(object).toEqual(copy);
});

test('makes the way to a place that is not there', () => {
  expect(changed(object, 'spec.deep.er.still', true).spec).toEqual({ ...object.spec, deep: { er: { still: true } } });
});
