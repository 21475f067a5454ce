import { beforeEach, expect, it } from 'vitest';
import { CatalogueError } from '../../tenancy/errors.ts';
import { resumeNamespace } from './resume-namespace.ts';
import { suspendNamespace } from './suspend-namespace.ts';
import { type PatchableKubernetes, tenantCluster } from './testing/patchable.ts';

const asked = { tenantId: 'acme', generation: 1, suspensionId: 'operation-2' };
const counted = 'count/rolebindings.rbac.authorization.k8s.io';
const noWait = async () => undefined;

let cluster: PatchableKubernetes;
let used: number;

const quota = () => cluster.objects.get('ResourceQuota/tenant-acme/tenant-objects');
const hard = () => Number((quota()?.spec as { hard: Record<string, string> } | undefined)?.hard[counted]);

/** A cluster that refuses role bindings over the quota, which its tenant has used up. */
beforeEach(async () => {
  cluster = await tenantCluster('acme');
  used = hard();
  const { apply } = cluster;
  cluster.apply = async (object, ...rest) => {
    const known = cluster.objects.has(`RoleBinding/tenant-acme/${object.metadata.name}`);
    if (object.kind === 'RoleBinding' && !known && used++ >= hard()) {
      used--;
      throw new CatalogueError('KubernetesQuotaExceeded', `exceeded quota: tenant-objects, requested: ${counted}=1`);
    }
    return apply(object, ...rest);
  };
  const { get } = cluster;
  cluster.get = async (reference, ...rest) => {
    const found = await get(reference, ...rest);
    return found?.kind === 'ResourceQuota' ? { ...found, status: { used: { [counted]: String(used) } } } : found;
  };
});

it('a tenant that used up its role bindings is suspended at the second try', async () => {
  await expect(suspendNamespace(cluster, asked, noWait)).rejects.toMatchObject({ name: 'StillCreating' });
  expect(hard()).toBe(21);
  expect(await suspendNamespace(cluster, asked, noWait)).toMatchObject({ workloads: 4 });
});

it('room is made once, however often it is tried', async () => {
  cluster.apply = async () => {
    throw new CatalogueError('KubernetesQuotaExceeded', 'exceeded quota: tenant-objects');
  };
  for (const _ of [1, 2, 3])
    await expect(suspendNamespace(cluster, asked, noWait)).rejects.toMatchObject({ name: 'StillCreating' });
  expect(hard()).toBe(21);
});

it('the quota is what it was when the tenant is back', async () => {
  const before = cluster.dump();
  await expect(suspendNamespace(cluster, asked, noWait)).rejects.toThrow();
  await suspendNamespace(cluster, asked, noWait);
  await resumeNamespace(cluster, asked, noWait);
  expect(hard()).toBe(20);
  expect(cluster.dump()).toEqual(before);
});

it('what is refused for another reason is not the quota’s matter', async () => {
  cluster.apply = async () => {
    throw new CatalogueError('KubernetesForbidden', 'rolebindings is forbidden');
  };
  await expect(suspendNamespace(cluster, asked, noWait)).rejects.toMatchObject({ name: 'KubernetesForbidden' });
  expect(hard()).toBe(20);
});
