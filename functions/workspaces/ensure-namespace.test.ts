import { expect, test } from 'vitest';
import { basicNumbers } from '../../tenancy/workspace/numbers.ts';
import { memoryKubernetes } from '../kubernetes/memory-kubernetes.ts';
import { ensureNamespace, ensureNamespaceOutput } from './ensure-namespace.ts';

const input = { tenantId: 'acme', tier: 'basic', generation: 1, numbers: basicNumbers };
const noWait = async () => undefined;

test('writes the namespace first, then everything in it', async () => {
  const kubernetes = memoryKubernetes();
  const output = await ensureNamespace({ kubernetes, wait: noWait }, input);
  expect(ensureNamespaceOutput.parse(output)).toEqual({
    namespace: 'tenant-acme',
    uid: 'uid-1',
    serviceAccount: 'tenant-workload',
    adminGroup: 'tenant:acme:admin',
    objects: kubernetes.writes.length,
  });
  expect(kubernetes.writes[0]).toBe('apply Namespace tenant-acme');
});

test('running it twice is running it once', async () => {
  const kubernetes = memoryKubernetes();
  const first = await ensureNamespace({ kubernetes, wait: noWait }, input);
  const names = [...kubernetes.objects.keys()];
  expect(await ensureNamespace({ kubernetes, wait: noWait }, input)).toEqual(first);
  expect([...kubernetes.objects.keys()]).toEqual(names);
});

test.each([
  ['nobody', {}],
  ['another tool', { 'app.kubernetes.io/managed-by': 'Helm', 'tenantry.dev/tenant': 'acme' }],
  ['another tenant', { 'app.kubernetes.io/managed-by': 'tenantry', 'tenantry.dev/tenant': 'other' }],
])('a namespace that belongs to %s is left alone', async (_whose, labels) => {
  const kubernetes = memoryKubernetes();
  await kubernetes.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tenant-acme', labels } });
  await expect(ensureNamespace({ kubernetes, wait: noWait }, input)).rejects.toMatchObject({
    name: 'ResourceNotOwned',
    message: expect.stringContaining('tenant-acme'),
  });
  expect(kubernetes.writes).toHaveLength(1);
});

test('a namespace that is being deleted is waited for', async () => {
  const kubernetes = memoryKubernetes({ settled: false });
  await ensureNamespace({ kubernetes, wait: async () => kubernetes.settle() }, input);
  await kubernetes.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'tenant-acme' });
  await expect(ensureNamespace({ kubernetes, wait: noWait }, input)).rejects.toMatchObject({
    name: 'NamespaceTerminating',
  });
});

test('looks again while controllers work, without writing again', async () => {
  const kubernetes = memoryKubernetes({ settled: false });
  kubernetes.allowed = false;
  let looks = 0;
  const wait = async () => {
    looks += 1;
    kubernetes.allowed = looks === 3;
  };
  const { objects } = await ensureNamespace({ kubernetes, wait }, input);
  expect(looks).toBe(3);
  expect(kubernetes.writes).toHaveLength(objects);
});

test('says what has no effect yet, and leaves the waiting to the workflow', async () => {
  const kubernetes = memoryKubernetes({ settled: false });
  kubernetes.allowed = false;
  const waited: number[] = [];
  const wait = async (milliseconds: number) => waited.push(milliseconds);
  const error = await ensureNamespace({ kubernetes, wait }, input).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'StillCreating' });
  expect(String(error)).toContain('group tenant:acme:admin');
  expect(waited.reduce((sum, each) => sum + each, 0)).toBeLessThan(500);
});

test('a quota whose status still shows the former numbers is not in effect', async () => {
  const kubernetes = memoryKubernetes({ settled: false });
  const settleOnce = async () => kubernetes.settle();
  await ensureNamespace({ kubernetes, wait: settleOnce }, input);
  const compute = { ...basicNumbers.compute, 'limits.cpu': '8' };
  const larger = { ...input, numbers: { ...basicNumbers, compute } };
  const error = ensureNamespace({ kubernetes, wait: noWait }, larger);
  await expect(error).rejects.toThrow(/quota tenant-compute\.$/);
});
