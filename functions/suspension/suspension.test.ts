import { beforeEach, describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { resumeNamespace } from './resume-namespace.ts';
import { suspendedAnnotation } from './stops.ts';
import { suspendNamespace } from './suspend-namespace.ts';
import { type PatchableKubernetes, tenantCluster } from './testing/patchable.ts';

const asked = { tenantId: 'acme', generation: 1, suspensionId: 'operation-2' };
let cluster: PatchableKubernetes;
let before: string[];
beforeEach(async () => {
  cluster = await tenantCluster('acme');
  before = cluster.dump();
});

const suspend = () => suspendNamespace(cluster, asked);
const resume = () => resumeNamespace(cluster, asked);
const spec = (kind: string, name: string) => cluster.objects.get(`${kind}/tenant-acme/${name}`)?.['spec'];
const put = (object: KubernetesObject) =>
  cluster.objects.set(`${object.kind}/tenant-acme/${object.metadata.name}`, {
    ...object,
    metadata: { ...object.metadata, namespace: 'tenant-acme' },
  });

describe('suspendNamespace', () => {
  it('stops what runs, leaves nobody in, lets nothing through, and keeps everything else', async () => {
    expect(await suspend()).toEqual({ workloads: 4, leftRunning: [] });
    expect(spec('Deployment', 'web')).toMatchObject({ replicas: 0 });
    expect(spec('StatefulSet', 'store')).toMatchObject({ replicas: 0 });
    for (const [kind, name] of [
      ['CronJob', 'nightly'],
      ['Job', 'import'],
    ] as const)
      expect(spec(kind, name)).toMatchObject({ suspend: true });
    const objects = [...cluster.objects.values()];
    for (const { kind, metadata, subjects } of objects)
      if (kind === 'RoleBinding' && metadata.name.startsWith('tenant-'))
        expect(subjects, metadata.name).toBeUndefined();
    const rules = objects.filter(({ kind }) => kind === 'NetworkPolicy').map((policy) => policy['spec'] as object);
    expect(rules.length).toBeGreaterThan(3);
    for (const policy of rules) {
      expect(policy).not.toHaveProperty('ingress');
      expect(policy).not.toHaveProperty('egress');
    }
    expect(cluster.objects.get('Secret/tenant-acme/password')).toMatchObject({ data: { it: 'c2VjcmV0' } });
  });

  it('says which pods run on because nothing would start them again', async () => {
    put({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'alone' }, status: { phase: 'Running' } });
    put({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'done' }, status: { phase: 'Succeeded' } });
    expect(await suspend()).toMatchObject({ leftRunning: ['tenant-acme/alone'] });
  });

  it('is not done before the pods of what it stopped are gone', async () => {
    const ownerReferences = [{ kind: 'ReplicaSet', name: 'web-1', controller: true }];
    put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web-1-x', ownerReferences },
      status: { phase: 'Running' },
    });
    await expect(suspend()).rejects.toMatchObject({
      name: 'StillDeleting',
      message: expect.stringContaining('web-1-x'),
    });
  });

  it('leaves alone a namespace that is somebody else’s, and has nothing to do with one that is not there', async () => {
    const { metadata, ...namespace } = cluster.objects.get('Namespace/tenant-acme') as KubernetesObject;
    cluster.objects.set('Namespace/tenant-acme', { ...namespace, metadata: { ...metadata, labels: {} } } as never);
    await expect(suspend()).rejects.toMatchObject({ name: 'ResourceNotOwned' });
    cluster.objects.delete('Namespace/tenant-acme');
    expect(await suspend()).toEqual({ workloads: 0, leftRunning: [] });
  });
});

describe('resumeNamespace', () => {
  it('makes every object what it was', async () => {
    await suspend();
    expect(cluster.dump()).not.toEqual(before);
    await resume();
    expect(cluster.dump()).toEqual(before);
  });

  it('is the same once and twice, and so is suspending', async () => {
    await suspend();
    const suspended = cluster.dump();
    expect(await suspend()).toMatchObject({ workloads: 4 });
    expect(cluster.dump()).toEqual(suspended);
    await resume();
    await resume();
    expect(cluster.dump()).toEqual(before);
  });

  it('takes from a replica set the mark that the controller of its deployment copied, and nothing else', async () => {
    const ownerReferences = [{ kind: 'Deployment', name: 'web', controller: true }];
    const copy = () => ({ ...cluster.objects.get('Deployment/tenant-acme/web')?.metadata.annotations });
    await suspend();
    const metadata = { name: 'web-1', ownerReferences, annotations: copy() };
    put({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata, spec: { replicas: 0 } });
    await resume();
    const set = cluster.objects.get('ReplicaSet/tenant-acme/web-1');
    expect(set?.metadata.annotations).toEqual({});
    expect(set?.['spec']).toEqual({ replicas: 0 });
  });

  it('after a crash before or after any request of either, both can be run again and restore the same', async () => {
    await suspend();
    const total = cluster.requests;
    expect(total).toBeGreaterThan(20);
    for (const work of ['suspend', 'resume'] as const)
      for (const when of ['before', 'after'] as const)
        for (let at = 1; at <= total; at++) {
          cluster = await tenantCluster('acme');
          if (work === 'resume') await suspend();
          cluster.requests = 0;
          cluster.kill = { at, when };
          const crashed = await (work === 'suspend' ? suspend() : resume()).then(
            () => false,
            () => true,
          );
          if (work === 'suspend') expect(crashed, `${when} ${at}`).toBe(true);
          cluster.kill = undefined;
          if (work === 'suspend') expect(await suspend(), `${when} ${at}`).toMatchObject({ workloads: 4 });
          await resume();
          expect(cluster.dump(), `${work} killed ${when} request ${at}`).toEqual(before);
        }
  });
});

describe('a tenant that marks its own objects', () => {
  const mark = (by: string, was: object) => ({ [suspendedAnnotation]: JSON.stringify({ by, before: was }) });

  it('does not keep its workloads running', async () => {
    const annotations = mark('operation-1', { replicas: 0 });
    put({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', annotations }, spec: { replicas: 3 } });
    await suspend();
    expect(spec('Deployment', 'web')).toEqual({ replicas: 0 });
    await resume();
    expect(spec('Deployment', 'web')).toEqual({ replicas: 3 });
  });

  it('does not have the platform open its network', async () => {
    const annotations = mark('operation-1', { ingress: [{}] });
    const closed = { podSelector: {}, policyTypes: ['Ingress'] };
    put({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'trap', annotations },
      spec: closed,
    });
    await suspend();
    await resume();
    expect(spec('NetworkPolicy', 'trap')).toEqual(closed);
  });

  it.each(['', 'null', '{"by":', '{"by":"operation-2"}', '[]'])('with %j disturbs nothing', async (text) => {
    const annotations = { [suspendedAnnotation]: text };
    put({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'odd', annotations }, spec: { replicas: 0 } });
    await suspend();
    await resume();
    expect(spec('StatefulSet', 'odd')).toEqual({ replicas: 0 });
  });
});
