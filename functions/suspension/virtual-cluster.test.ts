import { beforeEach, expect, it } from 'vitest';
import { vclusterObjectNames } from '../../tenancy/vcluster/names.ts';
import { tenantAccess } from '../../tenancy/vcluster/virtual-access.ts';
import { longestTermination } from '../../tenancy/workspace/admission/pods.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { resumeNamespace } from './resume-namespace.ts';
import { suspendNamespace } from './suspend-namespace.ts';
import { type PatchableKubernetes, tenantCluster } from './testing/patchable.ts';
import { startInside, stopInside } from './virtual-cluster.ts';

const asked = { tenantId: 'acme', generation: 1, suspensionId: 'operation-2' };
const namespace = 'tenant-acme';
let host: PatchableKubernetes;
let virtual: PatchableKubernetes;
const connect = () => virtual;

/** A host namespace with a control plane that answers, and a virtual cluster with a namespace of the tenant's. */
beforeEach(async () => {
  host = await tenantCluster('acme');
  virtual = await tenantCluster('acme');
  await virtual.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tenantry-system' } });
  for (const object of tenantAccess([])) await virtual.apply(object);
  const names = vclusterObjectNames('acme');
  const on = (apiVersion: string, kind: string, name: string, rest: object): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace, generation: 1 },
    ...rest,
  });
  const ready = { observedGeneration: 1, readyReplicas: 1, updatedReplicas: 1 };
  const data = Object.fromEntries(
    ['certificate-authority', 'client-certificate', 'client-key'].map((key) => [key, 'eA==']),
  );
  for (const object of [
    on('apps/v1', 'StatefulSet', 'acme', { spec: { replicas: 1 }, status: ready }),
    on('v1', 'Service', 'acme', { status: { loadBalancer: { ingress: [{ hostname: 'lb.example' }] } } }),
    on('v1', 'Secret', names.kubeconfig, { data }),
  ])
    host.objects.set(`${object.kind}/${namespace}/${object.metadata.name}`, object);
});

const replicas = (cluster: PatchableKubernetes, kind: string, name: string) =>
  (cluster.objects.get(`${kind}/${namespace}/${name}`)?.['spec'] as { replicas: number } | undefined)?.replicas;
const hasAccount = () => virtual.objects.has('ServiceAccount/tenantry-system/tenant-admin');

it('stops what runs inside before the control plane, and restores both', async () => {
  const before = [host.dump(), virtual.dump().filter((object) => !object.includes('"uid"'))];
  await stopInside(host, asked, connect);
  expect(replicas(virtual, 'Deployment', 'web')).toBe(0);
  expect(hasAccount()).toBe(false);
  await suspendNamespace(host, asked);
  expect(replicas(host, 'StatefulSet', 'acme')).toBe(0);
  await stopInside(host, asked, () => {
    throw new Error('the control plane is off');
  });

  await resumeNamespace(host, asked);
  await startInside(host, asked, connect);
  expect(hasAccount()).toBe(true);
  expect(replicas(virtual, 'Deployment', 'web')).toBe(3);
  expect([host.dump(), virtual.dump().filter((object) => !object.includes('"uid"'))]).toEqual(before);
});

it('does not take a control plane that does not answer for one that is off', async () => {
  const set = host.objects.get(`StatefulSet/${namespace}/acme`) as KubernetesObject;
  host.objects.set(`StatefulSet/${namespace}/acme`, { ...set, status: { readyReplicas: 0 } });
  await expect(stopInside(host, asked, connect)).rejects.toMatchObject({ name: 'StillCreating' });
  await expect(startInside(host, asked, connect)).rejects.toMatchObject({ name: 'StillCreating' });
});

it('waits for the pods inside: on the host they would run on without their control plane', async () => {
  const ownerReferences = [{ kind: 'ReplicaSet', name: 'web-1', controller: true }];
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-1-x', namespace, ownerReferences } };
  virtual.objects.set(`Pod/${namespace}/web-1-x`, { ...pod, status: { phase: 'Running' } });
  await expect(stopInside(host, asked, connect)).rejects.toMatchObject({ name: 'StillDeleting' });
});

it('has a pod end in time that was to take longer than any may: its deletion on the host is refused for ever', async () => {
  const ownerReferences = [{ kind: 'ReplicaSet', name: 'web-1', controller: true }];
  const ending = (name: string, deletionGracePeriodSeconds: number) => {
    const deletionTimestamp = '2026-11-23T00:00:00Z';
    const metadata = { name, namespace, uid: name, ownerReferences, deletionTimestamp, deletionGracePeriodSeconds };
    virtual.objects.set(`Pod/${namespace}/${name}`, { apiVersion: 'v1', kind: 'Pod', metadata });
  };
  ending('slow', longestTermination + 1);
  ending('quick', longestTermination);
  const deletions: unknown[] = [];
  virtual.delete = async (...deletion) => deletions.push(deletion) > 0;
  await expect(stopInside(host, asked, connect)).rejects.toMatchObject({ name: 'StillDeleting' });
  expect(deletions).toContainEqual([
    expect.objectContaining({ kind: 'Pod', namespace, name: 'slow' }),
    { uid: 'slow', gracePeriodSeconds: longestTermination },
  ]);
  expect(JSON.stringify(deletions)).not.toContain('quick');
});
