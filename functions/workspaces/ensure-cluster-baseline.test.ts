import { expect, test } from 'vitest';
import { CatalogueError } from '../../tenancy/errors.ts';
import { baselineRelease, baselineReleaseLabel } from '../../tenancy/workspace/baseline-releases.ts';
import { baselineVersion, clusterBaseline } from '../../tenancy/workspace/cluster-baseline.ts';
import { type MemoryKubernetes, memoryKubernetes } from '../kubernetes/memory-kubernetes.ts';
import { asAdministrator, ensureClusterBaseline } from './ensure-cluster-baseline.ts';

/** Refuses the probe as soon as the policy is there, as an API server does. */
function enforcingCluster(options?: { settled: boolean }) {
  const kubernetes = plainMemoryCluster(options);
  kubernetes.admission = () => {
    const policy = kubernetes.objects.get('ValidatingAdmissionPolicy/tenantry-baseline-probe');
    if (policy === undefined) return;
    const [validation] = (policy.spec as { validations: { message: string }[] }).validations;
    const text = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding 'x' denied request: ${validation?.message}`;
    throw new CatalogueError('KubernetesForbidden', text);
  };
  return kubernetes;
}

/** Serves nothing beside Kubernetes' own kinds. */
function plainMemoryCluster(options?: { settled: boolean }) {
  const kubernetes = memoryKubernetes(options);
  kubernetes.answer = async () => ({ status: 200, body: { kind: 'APIGroupDiscoveryList', items: [] } });
  return kubernetes;
}

/** A run that writes asks to be looked at again; the next one finds everything in effect. */
async function ensured(kubernetes: MemoryKubernetes) {
  await expect(ensureClusterBaseline({ kubernetes })).rejects.toMatchObject({ name: 'StillCreating' });
  return ensureClusterBaseline({ kubernetes });
}

test('writes everything once; after that it only reads', async () => {
  const kubernetes = enforcingCluster();
  const objects = clusterBaseline().length;
  const done = { version: baselineVersion(), objects, removed: 0, newer: false, nodePools: [] };
  expect(await ensured(kubernetes)).toMatchObject(done);
  expect(await ensureClusterBaseline({ kubernetes })).toMatchObject(done);
  expect(kubernetes.writes).toHaveLength(objects);
});

test('puts back what was changed or taken away, and nothing else', async () => {
  const kubernetes = enforcingCluster();
  await ensured(kubernetes);
  kubernetes.objects.delete('ValidatingAdmissionPolicyBinding/tenantry-services');
  const role = kubernetes.objects.get('ClusterRole/tenantry-tenant-view');
  if (role === undefined) throw new Error('no role');
  kubernetes.objects.set('ClusterRole/tenantry-tenant-view', { ...role, rules: [] });
  kubernetes.writes.length = 0;
  await ensured(kubernetes);
  expect(kubernetes.writes.toSorted()).toEqual([
    'apply ClusterRole tenantry-tenant-view',
    'apply ValidatingAdmissionPolicyBinding tenantry-services',
  ]);
});

test('removes what an earlier version had and this one has not, once this one is in effect; other tools’ objects stay', async () => {
  const kubernetes = enforcingCluster();
  const policy = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' };
  const labels = { 'app.kubernetes.io/managed-by': 'tenantry', 'tenantry.dev/baseline-version': 'former' };
  await kubernetes.apply({ ...policy, metadata: { name: 'tenantry-former', labels } });
  await kubernetes.apply({ ...policy, metadata: { name: 'not-ours' } });
  await expect(ensureClusterBaseline({ kubernetes })).rejects.toMatchObject({ name: 'StillCreating' });
  expect(kubernetes.objects.has('ValidatingAdmissionPolicy/tenantry-former')).toBe(true);
  expect(await ensureClusterBaseline({ kubernetes })).toMatchObject({ removed: 1 });
  expect(kubernetes.objects.has('ValidatingAdmissionPolicy/tenantry-former')).toBe(false);
  expect(kubernetes.objects.has('ValidatingAdmissionPolicy/not-ours')).toBe(true);
});

test('a storage class that the cluster had before stays; its own that changed is made anew', async () => {
  const kubernetes = enforcingCluster();
  const gp3 = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'gp3' } };
  await kubernetes.apply({ ...gp3, provisioner: 'ebs.csi.aws.com' });
  await ensured(kubernetes);
  expect(kubernetes.objects.get('StorageClass/gp3')).toMatchObject({ provisioner: 'ebs.csi.aws.com' });
  const labels = { 'app.kubernetes.io/managed-by': 'tenantry', 'tenantry.dev/baseline-version': 'former' };
  await kubernetes.apply({ ...gp3, metadata: { name: 'gp3', labels }, provisioner: 'former' });
  kubernetes.writes.length = 0;
  await ensured(kubernetes);
  expect(kubernetes.writes).toEqual(['delete StorageClass gp3', 'apply StorageClass gp3']);
  expect(kubernetes.objects.get('StorageClass/gp3')).toMatchObject({ provisioner: 'ebs.csi.eks.amazonaws.com' });
});

test('a class of another version is kept if nothing of it changed but its labels', async () => {
  const kubernetes = enforcingCluster();
  await ensured(kubernetes);
  for (const key of ['StorageClass/gp3', 'PriorityClass/tenantry-low']) {
    const object = kubernetes.objects.get(key);
    if (object === undefined) throw new Error(`no ${key}`);
    const labels = { ...object.metadata.labels, 'tenantry.dev/baseline-version': 'former' };
    kubernetes.objects.set(key, { ...object, metadata: { ...object.metadata, labels } });
  }
  kubernetes.writes.length = 0;
  await ensured(kubernetes);
  expect(kubernetes.writes.toSorted()).toEqual(['apply PriorityClass tenantry-low', 'apply StorageClass gp3']);
});

test('a priority class whose value changed is made anew: it cannot be changed', async () => {
  const kubernetes = enforcingCluster();
  await ensured(kubernetes);
  const low = kubernetes.objects.get('PriorityClass/tenantry-low');
  if (low === undefined) throw new Error('no class');
  kubernetes.objects.set('PriorityClass/tenantry-low', { ...low, value: 7 });
  kubernetes.writes.length = 0;
  await ensured(kubernetes);
  expect(kubernetes.writes).toEqual(['delete PriorityClass tenantry-low', 'apply PriorityClass tenantry-low']);
});

test('the baseline of functions that were deployed later is left alone, and said to be there', async () => {
  const kubernetes = enforcingCluster();
  await ensured(kubernetes);
  const key = 'ValidatingAdmissionPolicy/tenantry-services';
  const policy = kubernetes.objects.get(key);
  if (policy === undefined) throw new Error('no policy');
  const labels = { ...policy.metadata.labels, [baselineReleaseLabel]: String(baselineRelease + 1) };
  kubernetes.objects.set(key, { ...policy, metadata: { ...policy.metadata, labels }, spec: { later: true } });
  kubernetes.writes.length = 0;
  expect(await ensureClusterBaseline({ kubernetes })).toMatchObject({ newer: true, removed: 0 });
  expect(kubernetes.writes).toEqual([]);
});

test('is not there while policies are unchecked', async () => {
  const kubernetes = enforcingCluster({ settled: false });
  await expect(ensureClusterBaseline({ kubernetes })).rejects.toThrow('were written');
  await expect(ensureClusterBaseline({ kubernetes })).rejects.toThrow('Not type-checked yet: tenantry-');
  kubernetes.settle();
  expect(await ensureClusterBaseline({ kubernetes })).toMatchObject({ version: baselineVersion() });
});

test('is not there while the API server accepts what a policy forbids', async () => {
  const kubernetes = plainMemoryCluster();
  await expect(ensured(kubernetes)).rejects.toThrow('does not enforce');
});

test('is not there while the API server still enforces an earlier version', async () => {
  const kubernetes = plainMemoryCluster();
  kubernetes.admission = () => {
    const text = "ValidatingAdmissionPolicy 'tenantry-baseline-probe' denied request: no. Baseline former.";
    throw new CatalogueError('KubernetesForbidden', text);
  };
  await expect(ensured(kubernetes)).rejects.toThrow('does not enforce');
});

test('a refusal by something else is no sign of the policy', async () => {
  const kubernetes = plainMemoryCluster();
  kubernetes.admission = () => {
    throw new CatalogueError('KubernetesForbidden', 'cannot create resource "priorityclasses"');
  };
  await expect(ensureClusterBaseline({ kubernetes })).rejects.toMatchObject({ name: 'KubernetesForbidden' });
});

test('an administrator who is refused comes again: access policies take seconds to be in effect', async () => {
  const refuse = (name: ConstructorParameters<typeof CatalogueError>[0]) => async () => {
    throw new CatalogueError(name, 'cannot list resource "clusterroles"');
  };
  await expect(asAdministrator('shared-1', refuse('KubernetesForbidden'))).rejects.toMatchObject({
    name: 'KubernetesUnauthorized',
    message: expect.stringContaining('AmazonEKSClusterAdminPolicy'),
  });
  await expect(asAdministrator('shared-1', refuse('KubernetesInvalid'))).rejects.toMatchObject({
    name: 'KubernetesInvalid',
  });
  expect(await asAdministrator('shared-1', async () => 7)).toBe(7);
});
