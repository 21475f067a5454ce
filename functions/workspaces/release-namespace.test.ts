import { expect, test } from 'vitest';
import { basicNumbers } from '../../tenancy/workspace/numbers.ts';
import { memoryKubernetes } from '../kubernetes/memory-kubernetes.ts';
import { ensureNamespace } from './ensure-namespace.ts';
import { releaseNamespace } from './release-namespace.ts';

const acme = { tenantId: 'acme', generation: 1 };

async function clusterWithAcme(options: { settled: boolean }) {
  const kubernetes = memoryKubernetes(options);
  const wait = async () => kubernetes.settle();
  await ensureNamespace({ kubernetes, wait }, { ...acme, tier: 'basic', numbers: basicNumbers });
  return kubernetes;
}

test('leaves nothing behind', async () => {
  const kubernetes = await clusterWithAcme({ settled: true });
  expect(await releaseNamespace({ kubernetes }, acme)).toEqual({ namespace: 'tenant-acme', gone: true });
  expect(kubernetes.objects.size).toBe(0);
});

test('a namespace that never was is gone', async () => {
  const kubernetes = memoryKubernetes();
  expect(await releaseNamespace({ kubernetes }, acme)).toMatchObject({ gone: true });
  expect(kubernetes.writes).toEqual([]);
});

test('deletes once, and says what holds it up until it is gone', async () => {
  const kubernetes = await clusterWithAcme({ settled: false });
  await expect(releaseNamespace({ kubernetes }, acme)).rejects.toMatchObject({ name: 'StillDeleting' });
  const [key, namespace] = [...kubernetes.objects].find(([, object]) => object.kind === 'Namespace') ?? [];
  if (key === undefined || namespace === undefined) throw new Error('the namespace went too early');
  const message = 'Some resources are remaining: widgets.example.com has 1 resource instances';
  const conditions = [
    { type: 'NamespaceContentRemaining', status: 'True', message },
    { type: 'NamespaceDeletionDiscoveryFailure', status: 'False', message: 'All resources successfully discovered' },
  ];
  kubernetes.objects.set(key, { ...namespace, status: { phase: 'Terminating', conditions } });
  const error = await releaseNamespace({ kubernetes }, acme).catch((thrown: unknown) => thrown);
  expect(String(error)).toContain(message);
  expect(String(error)).not.toContain('discovered');
  expect(kubernetes.writes.filter((write) => write.startsWith('delete'))).toEqual(['delete Namespace tenant-acme']);
  kubernetes.settle();
  expect(await releaseNamespace({ kubernetes }, acme)).toMatchObject({ gone: true });
});

test('a namespace of somebody else is left alone', async () => {
  const kubernetes = memoryKubernetes();
  await kubernetes.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tenant-acme' } });
  await expect(releaseNamespace({ kubernetes }, acme)).rejects.toMatchObject({ name: 'ResourceNotOwned' });
  expect(kubernetes.objects.size).toBeGreaterThan(0);
});

test('the disks of its claims are waited for; kept ones and those of others are not', async () => {
  const kubernetes = await clusterWithAcme({ settled: true });
  const volume = (name: string, namespace: string, persistentVolumeReclaimPolicy: string) =>
    kubernetes.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: { claimRef: { namespace }, persistentVolumeReclaimPolicy },
    });
  await volume('pvc-1', 'tenant-acme', 'Delete');
  await volume('pvc-2', 'tenant-acme', 'Retain');
  await volume('pvc-3', 'tenant-other', 'Delete');
  await expect(releaseNamespace({ kubernetes }, acme)).rejects.toMatchObject({
    name: 'StillDeleting',
    message: 'Volumes of namespace tenant-acme are still being deleted: pvc-1.',
  });
  await kubernetes.delete({ apiVersion: 'v1', kind: 'PersistentVolume', name: 'pvc-1' });
  expect(await releaseNamespace({ kubernetes }, acme)).toMatchObject({ gone: true });
});
