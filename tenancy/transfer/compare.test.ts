import { expect, test } from 'vitest';
import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import { compareObjects, extraAmong, isSame } from './compare.ts';
import { sameNames } from './place.ts';
import { portable } from './portable.ts';
import { live } from './testing/objects.ts';

const web = live('apps/v1', 'Deployment', 'web', {
  spec: { replicas: 2, template: { spec: { containers: [{ name: 'a' }] } } },
});
const config = live('v1', 'ConfigMap', 'settings', { data: { mode: 'fast' } });
const secret = live('v1', 'Secret', 'key', { type: 'Opaque', data: { key: 'c2VjcmV0' } });
const wanted = (objects: KubernetesObject[], scaled: string[] = []) => ({
  objects: objects.map((object) => portable(object, sameNames)),
  scaled: new Set(scaled),
});
const with_ = (object: KubernetesObject, change: object): KubernetesObject => ({ ...object, ...change });

test('objects that were read back are the same, with what a newer API server fills in', () => {
  const newer = with_(web, {
    spec: { ...(web.spec as object), progressDeadlineSeconds: 600 },
    status: { replicas: 2 },
  });
  const comparison = compareObjects(wanted([web, config, secret]), [newer, config, secret]);
  expect(comparison).toMatchObject({ missing: [], different: [], extra: [] });
  expect(comparison.counts).toEqual({
    'Deployment.apps': { source: 1, target: 1 },
    ConfigMap: { source: 1, target: 1 },
    Secret: { source: 1, target: 1 },
  });
  expect(isSame(comparison)).toBe(true);
});

test('one that is gone and one that was changed are found, by path and without their values', () => {
  const changed = with_(secret, { data: { key: 'b3RoZXI=' } });
  const comparison = compareObjects(wanted([web, config, secret]), [web, changed]);
  expect(comparison.missing).toEqual(['ConfigMap tenant-acme/settings']);
  expect(comparison.different).toEqual([{ object: 'Secret tenant-acme/key', paths: ['data.key'] }]);
  expect(comparison.counts['ConfigMap']).toEqual({ source: 1, target: 0 });
  expect(isSame(comparison)).toBe(false);
  expect(JSON.stringify(comparison)).not.toMatch(/b3RoZXI|c2VjcmV0/);
});

test.each<[string, KubernetesObject, KubernetesObject, string]>([
  ['a key that was added', config, with_(config, { data: { mode: 'fast', debug: 'on' } }), 'data.debug'],
  [
    'a container that was added',
    web,
    with_(web, { spec: { replicas: 2, template: { spec: { containers: [{ name: 'a' }, { name: 'b' }] } } } }),
    'spec.template.spec.containers',
  ],
  [
    'a label that was added',
    config,
    with_(config, { metadata: { ...config.metadata, labels: { a: 'b' } } }),
    'metadata.labels',
  ],
  ['replicas', web, with_(web, { spec: { ...(web.spec as object), replicas: 5 } }), 'spec.replicas'],
])('%s is a difference', (_, source, target, path) => {
  expect(compareObjects(wanted([source]), [target]).different).toEqual([expect.objectContaining({ paths: [path] })]);
});

test('replicas that an autoscaler sets are not', () => {
  const scaled = with_(web, { spec: { ...(web.spec as object), replicas: 5 } });
  expect(compareObjects(wanted([web], ['Deployment.apps tenant-acme/web']), [scaled]).different).toEqual([]);
});

test('what was transferred once and is not in the source any more is named; what others made is not', () => {
  const managedFields = [{ manager: 'tenantry-transfer', operation: 'Apply' }];
  const once = live('v1', 'ConfigMap', 'once', {}, { managedFields });
  const theirs = live('v1', 'ConfigMap', 'theirs');
  const job = live('batch/v1', 'Job', 'that-ended', {}, { managedFields });
  expect(compareObjects(wanted([config]), [config, once, theirs, job]).extra).toEqual(['ConfigMap tenant-acme/once']);
});

test('what is to come later is not too many', () => {
  const managedFields = [{ manager: 'tenantry-transfer', operation: 'Apply' }];
  const made = with_(web, { metadata: { ...web.metadata, managedFields } });
  const later = new Set(['Deployment.apps tenant-acme/web']);
  expect(compareObjects({ ...wanted([config]), later }, [config, made]).extra).toEqual([]);
});

test('a namespace that was transferred stays while others have something in it', () => {
  const managedFields = [{ manager: 'tenantry-transfer', operation: 'Apply' }];
  const shop = live('v1', 'Namespace', 'shop', {}, { managedFields, namespace: undefined });
  const in_ = (kind: string, name: string, metadata: object = {}) =>
    live('v1', kind, name, {}, { namespace: 'shop', ...metadata });
  const given = [shop, in_('ConfigMap', 'kube-root-ca.crt'), in_('ConfigMap', 'once', { managedFields })];
  const extra = (objects: KubernetesObject[]) => extraAmong(wanted([]), objects).map(({ metadata }) => metadata.name);
  expect(extra(given)).toEqual(['shop', 'once']);
  expect(extra([...given, in_('Secret', 'theirs')])).toEqual(['once']);
});
