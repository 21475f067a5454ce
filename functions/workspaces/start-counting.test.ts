import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { memoryKubernetes } from '../kubernetes/memory-kubernetes.ts';
import { startCounting } from './start-counting.ts';

const quota: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'q', namespace: 'n' },
  spec: { hard: { pods: '4', 'requests.cpu': '2' } },
};

async function clusterWithQuota() {
  const kubernetes = memoryKubernetes({ settled: false });
  await kubernetes.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } });
  return { kubernetes, live: await kubernetes.apply(quota) };
}

test('a new quota is in effect, with nothing used', async () => {
  const { kubernetes, live } = await clusterWithQuota();
  await startCounting(kubernetes, live);
  expect(kubernetes.objects.get('ResourceQuota/n/q')?.status).toEqual({
    hard: { pods: '4', 'requests.cpu': '2' },
    used: { pods: '0', 'requests.cpu': '0' },
  });
});

test('what the controller counted stays', async () => {
  const { kubernetes, live } = await clusterWithQuota();
  const counted = { hard: { pods: '4' }, used: { pods: '3' } };
  const key = 'ResourceQuota/n/q';
  kubernetes.objects.set(key, { ...live, status: counted, metadata: { ...live.metadata, resourceVersion: '2' } });
  // Also when the controller wrote between our write and this one, which still sees no status.
  await startCounting(kubernetes, live);
  expect(kubernetes.objects.get(key)?.status).toEqual(counted);
  await startCounting(kubernetes, { ...live, status: { hard: { pods: '2' } } });
  expect(kubernetes.objects.get(key)?.status).toEqual(counted);
});
