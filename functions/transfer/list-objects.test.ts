import { expect, test } from 'vitest';
import type { Kubernetes, KubernetesAnswer } from '../kubernetes/client.ts';
import { apiResources } from './api-resources.ts';
import { listObjects } from './list-objects.ts';

const carts = {
  apiVersion: 'shop.example/v1',
  kind: 'Cart',
  plural: 'carts',
  namespaced: true,
  verbs: ['list'],
  preferred: true,
};

/** Answers each path in turn: the last answer for ever. */
function cluster(answers: Readonly<Record<string, readonly KubernetesAnswer[]>>): Kubernetes {
  const asked: Record<string, number> = {};
  return {
    async request({ path }: { path: string }) {
      const all = answers[path] ?? [];
      asked[path] = (asked[path] ?? -1) + 1;
      return all[Math.min(asked[path], all.length - 1)] ?? { status: 404, body: { message: path } };
    },
  } as unknown as Kubernetes;
}

const first = '/apis/shop.example/v1/namespaces/a/carts?limit=500';
const page = (names: string[], next?: string): KubernetesAnswer => ({
  status: 200,
  body: { items: names.map((name) => ({ metadata: { name } })), metadata: { ...(next && { continue: next }) } },
});
const namesOf = async (kubernetes: Kubernetes) =>
  (await listObjects(kubernetes, carts, 'a')).map(({ metadata }) => metadata.name);

test('a list that expires on the way is begun anew, and nothing is there twice', async () => {
  const expired = { status: 410, body: { reason: 'Expired' } };
  const kubernetes = cluster({ [first]: [page(['one'], 'n')], [`${first}&continue=n`]: [expired, page(['two'])] });
  expect(await namesOf(kubernetes)).toEqual(['one', 'two']);
  const always = cluster({ [first]: [page(['one'], 'n')], [`${first}&continue=n`]: [expired] });
  await expect(namesOf(always)).rejects.toMatchObject({ name: 'KubernetesInvalid' });
});

test('a kind that is not served any more has no objects; one that may not be read fails', async () => {
  expect(await namesOf(cluster({}))).toEqual([]);
  await expect(namesOf(cluster({ [first]: [{ status: 403, body: {} }] }))).rejects.toMatchObject({
    name: 'KubernetesForbidden',
  });
});

test('of a kind in several versions the preferred one is read; one that only another version has is found too', async () => {
  const version = (name: string) => ({ groupVersion: `shop.example/${name}` });
  const list = (plurals: string[]): KubernetesAnswer => ({
    status: 200,
    body: { resources: plurals.map((name) => ({ name, kind: name, namespaced: true, verbs: ['list'] })) },
  });
  const groups = [{ name: 'shop.example', versions: [version('v2'), version('v1')], preferredVersion: version('v1') }];
  const kubernetes = cluster({
    '/apis': [{ status: 200, body: { groups } }],
    '/api/v1': [list([])],
    '/apis/shop.example/v1': [list(['carts', 'carts/status'])],
    '/apis/shop.example/v2': [list(['carts', 'wishes'])],
  });
  const found = await apiResources(kubernetes);
  expect(found.map(({ apiVersion, plural, preferred }) => `${apiVersion} ${plural} ${preferred}`)).toEqual([
    'shop.example/v1 carts true',
    'shop.example/v2 carts false',
    'shop.example/v2 wishes true',
  ]);
});
