import { expect, test } from 'vitest';
import { CatalogueError } from '../../tenancy/errors.ts';
import { baselineVersion, clusterBaseline } from '../../tenancy/workspace/cluster-baseline.ts';
import { memoryKubernetes } from '../kubernetes/memory-kubernetes.ts';
import { ensureClusterBaseline } from './ensure-cluster-baseline.ts';

/** Refuses the probe as soon as the policy is there, as an API server does. */
function enforcingCluster(options?: { settled: boolean }) {
  const kubernetes = memoryKubernetes(options);
  kubernetes.admission = () => {
    const policy = kubernetes.objects.get('ValidatingAdmissionPolicy/tenantry-baseline-probe');
    if (policy === undefined) return;
    const [validation] = (policy.spec as { validations: { message: string }[] }).validations;
    const text = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding 'x' denied request: ${validation?.message}`;
    throw new CatalogueError('KubernetesForbidden', text);
  };
  return kubernetes;
}

test('writes everything once; a second run reads only', async () => {
  const kubernetes = enforcingCluster();
  const count = clusterBaseline().length;
  expect(await ensureClusterBaseline({ kubernetes })).toEqual({
    version: baselineVersion(),
    written: count,
    removed: 0,
  });
  expect(await ensureClusterBaseline({ kubernetes })).toMatchObject({ written: 0, removed: 0 });
  expect(kubernetes.writes).toHaveLength(count);
});

test('puts back what was changed or taken away, and nothing else', async () => {
  const kubernetes = enforcingCluster();
  await ensureClusterBaseline({ kubernetes });
  kubernetes.objects.delete('ValidatingAdmissionPolicyBinding/tenantry-services');
  const role = kubernetes.objects.get('ClusterRole/tenantry-tenant-view');
  if (role === undefined) throw new Error('no role');
  kubernetes.objects.set('ClusterRole/tenantry-tenant-view', { ...role, rules: [] });
  kubernetes.writes.length = 0;
  expect(await ensureClusterBaseline({ kubernetes })).toMatchObject({ written: 2 });
  expect(kubernetes.writes.toSorted()).toEqual([
    'apply ClusterRole tenantry-tenant-view',
    'apply ValidatingAdmissionPolicyBinding tenantry-services',
  ]);
});

test('removes what an earlier version had and this one has not; other tools’ objects stay', async () => {
  const kubernetes = enforcingCluster();
  const policy = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' };
  const labels = { 'app.kubernetes.io/managed-by': 'tenantry', 'tenantry.dev/baseline-version': 'former' };
  await kubernetes.apply({ ...policy, metadata: { name: 'tenantry-former', labels } });
  await kubernetes.apply({ ...policy, metadata: { name: 'not-ours' } });
  expect(await ensureClusterBaseline({ kubernetes })).toMatchObject({ removed: 1 });
  expect(kubernetes.objects.has('ValidatingAdmissionPolicy/tenantry-former')).toBe(false);
  expect(kubernetes.objects.has('ValidatingAdmissionPolicy/not-ours')).toBe(true);
});

test('is not there while policies are unchecked', async () => {
  const kubernetes = enforcingCluster({ settled: false });
  await expect(ensureClusterBaseline({ kubernetes })).rejects.toMatchObject({ name: 'StillCreating' });
  kubernetes.settle();
  expect(await ensureClusterBaseline({ kubernetes })).toMatchObject({ written: 0 });
});

test('is not there while the API server accepts what a policy forbids', async () => {
  const kubernetes = memoryKubernetes();
  await expect(ensureClusterBaseline({ kubernetes })).rejects.toThrow('does not enforce');
});

test('is not there while the API server still enforces an earlier version', async () => {
  const kubernetes = memoryKubernetes();
  kubernetes.admission = () => {
    const text = "ValidatingAdmissionPolicy 'tenantry-baseline-probe' denied request: no. Baseline former.";
    throw new CatalogueError('KubernetesForbidden', text);
  };
  await expect(ensureClusterBaseline({ kubernetes })).rejects.toMatchObject({ name: 'StillCreating' });
});

test('a refusal by something else is no sign of the policy', async () => {
  const kubernetes = memoryKubernetes();
  kubernetes.admission = () => {
    throw new CatalogueError('KubernetesForbidden', 'cannot create resource "priorityclasses"');
  };
  await expect(ensureClusterBaseline({ kubernetes })).rejects.toMatchObject({ name: 'KubernetesForbidden' });
});
