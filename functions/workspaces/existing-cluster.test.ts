import { expect, test } from 'vitest';
import { memoryKubernetes } from '../kubernetes/memory-kubernetes.ts';
import { clusterUnlessGone, existingCluster } from './existing-cluster.ts';

const cluster = { name: 'tenantry-tenant-acme', accountId: '222222222222' };
const failing = (name: string) => async () => {
  throw Object.assign(new Error('No cluster found for name: tenantry-tenant-acme.'), { name });
};

test('a cluster that was deleted behind our back fails by name, and the message says what to look at', async () => {
  await expect(existingCluster(cluster, failing('ResourceNotFoundException'))).rejects.toMatchObject({
    name: 'ClusterFailed',
    message: expect.stringMatching(/tenantry-tenant-acme in account 222222222222 .* CloudTrail/),
  });
});

test('whoever releases something in it has nothing to do', async () => {
  expect(await clusterUnlessGone(cluster, failing('ResourceNotFoundException'))).toBeUndefined();
});

test.each([existingCluster, clusterUnlessGone])('other errors and a cluster that is there pass', async (open) => {
  await expect(open(cluster, failing('ThrottlingException'))).rejects.toMatchObject({ name: 'ThrottlingException' });
  const kubernetes = memoryKubernetes();
  expect(await open(cluster, async () => kubernetes)).toBe(kubernetes);
});
