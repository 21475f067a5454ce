import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import { namespaceObjects } from '../workspace/namespace-objects.ts';
import { basicNumbers } from '../workspace/numbers.ts';
import { nameOf } from './named.ts';
import { inOrder, rankOf } from './order.ts';
import type { Place } from './place.ts';
import { planTransfer, withoutWorkloads } from './plan.ts';
import { anyObject, live } from './testing/objects.ts';
import { whyLeft } from './whose.ts';

const runs = { seed: 20261122, numRuns: 300 };
const namespace: Place = { kind: 'namespace', namespace: 'tenant-acme', ingressDomain: 'acme.example.com' };
const next: Place = { kind: 'namespace', namespace: 'tenant-acme--2', ingressDomain: 'acme.example.com' };
const virtual: Place = { kind: 'virtual-cluster', customApiGroups: ['example.com'] };
const rbac = 'rbac.authorization.k8s.io/v1';

describe('whose an object is', () => {
  const controller = {
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u', controller: true }],
  };
  const owner = { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'web', uid: 'u' }] };
  const complete = { status: { conditions: [{ type: 'Complete', status: 'True' }] } };

  test.each<[string, KubernetesObject, string | undefined]>([
    ['pod of a ReplicaSet', live('v1', 'Pod', 'web-1', {}, controller), 'controlled'],
    ['ConfigMap with an owner that is no controller', live('v1', 'ConfigMap', 'c', {}, owner), undefined],
    ['standalone pod', live('v1', 'Pod', 'shell', { status: { phase: 'Running' } }), undefined],
    ['pod that has run', live('v1', 'Pod', 'once', { status: { phase: 'Succeeded' } }), 'finished'],
    ['Job that has run', live('batch/v1', 'Job', 'once', complete), 'finished'],
    ['Job that runs', live('batch/v1', 'Job', 'once', { status: { active: 1 } }), undefined],
    ['DNS of a virtual cluster', live('apps/v1', 'Deployment', 'coredns', {}, { namespace: 'kube-system' }), 'cluster'],
    ['root certificate', live('v1', 'ConfigMap', 'kube-root-ca.crt'), 'cluster'],
    ['default account as it is made', live('v1', 'ServiceAccount', 'default'), 'cluster'],
    [
      'default account with a pull secret',
      live('v1', 'ServiceAccount', 'default', { imagePullSecrets: [{ name: 'r' }] }),
      undefined,
    ],
    ['token secret', live('v1', 'Secret', 't', { type: 'kubernetes.io/service-account-token' }), 'cluster'],
    ['secret', live('v1', 'Secret', 't', { type: 'Opaque' }), undefined],
    ['event', live('events.k8s.io/v1', 'Event', 'e'), 'passing'],
    ['lease', live('coordination.k8s.io/v1', 'Lease', 'leader'), 'passing'],
    ['endpoints', live('discovery.k8s.io/v1', 'EndpointSlice', 'web-1'), 'bound'],
    [
      'one that is being deleted',
      live('v1', 'ConfigMap', 'c', {}, { deletionTimestamp: '2026-11-22T00:00:00Z' }),
      'ending',
    ],
    [
      'cluster role of Kubernetes',
      live(rbac, 'ClusterRole', 'edit', {}, { labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } }),
      'cluster',
    ],
    [
      'object the tenant labelled like a workspace',
      live('v1', 'ConfigMap', 'c', {}, { labels: { 'tenantry.dev/tenant': 'acme' } }),
      undefined,
    ],
  ])('%s', (_, object, because) => expect(whyLeft(object)).toBe(because));

  test('nothing of what the platform makes in a namespace is the tenant’s', () => {
    const workspace = { tenantId: 'acme', tier: 'basic', generation: 1 };
    const { objects, left } = planTransfer(namespaceObjects(workspace, basicNumbers), {
      source: namespace,
      target: next,
    });
    expect(objects).toEqual([]);
    expect(new Set(left.map(({ because }) => because))).toEqual(new Set(['platform']));
  });
});

test('the order is by what depends on what, and does not hang on the order of reading', () => {
  fc.assert(
    fc.property(fc.array(anyObject, { maxLength: 20 }), fc.nat(), (objects, shift) => {
      const ordered = inOrder(objects);
      const ranks = ordered.map(rankOf);
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
      const turned = objects.slice(shift % (objects.length + 1)).concat(objects.slice(0, shift % (objects.length + 1)));
      expect(inOrder(turned).map(nameOf)).toEqual(ordered.map(nameOf));
    }),
    runs,
  );
  const kinds: [string, string][] = [
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
    ['v1', 'Namespace'],
    ['v1', 'ServiceAccount'],
    ['v1', 'Secret'],
    ['v1', 'ConfigMap'],
    [rbac, 'Role'],
    [rbac, 'RoleBinding'],
    ['networking.k8s.io/v1', 'NetworkPolicy'],
    ['v1', 'PersistentVolumeClaim'],
    ['v1', 'Service'],
    ['apps/v1', 'Deployment'],
    ['batch/v1', 'CronJob'],
    ['autoscaling/v2', 'HorizontalPodAutoscaler'],
    ['policy/v1', 'PodDisruptionBudget'],
    ['networking.k8s.io/v1', 'Ingress'],
    ['example.com/v1', 'Widget'],
  ];
  const ranks = kinds.map(([apiVersion, kind]) => rankOf({ apiVersion, kind }));
  expect(ranks).toEqual([...new Set(ranks)].sort((a, b) => a - b));
});

describe('a plan', () => {
  test('takes every object of the tenant exactly once, or says what stands in the way', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyObject, { selector: nameOf, maxLength: 15 }), (objects) => {
        const { objects: planned, left, obstacles } = planTransfer(objects, { source: virtual, target: virtual });
        expect(planned.map(nameOf).sort()).toEqual(
          objects
            .filter((each) => whyLeft(each) === undefined)
            .map(nameOf)
            .sort(),
        );
        expect(planned.length + left.length).toBe(objects.length);
        const names = new Set(objects.map(nameOf));
        for (const { object } of obstacles) expect(names).toContain(object);
      }),
      runs,
    );
  });

  test('without workloads has everything that they need, and nothing that runs', () => {
    const kinds: [string, string][] = [
      ['v1', 'Secret'],
      ['v1', 'PersistentVolumeClaim'],
      ['apps/v1', 'StatefulSet'],
      ['batch/v1', 'CronJob'],
      ['v1', 'Pod'],
      ['networking.k8s.io/v1', 'Ingress'],
    ];
    const objects = kinds.map(([apiVersion, kind]) => live(apiVersion, kind, 'web'));
    const plan = withoutWorkloads(planTransfer(objects, { source: namespace, target: next }));
    expect(plan.objects.map(({ kind }) => kind)).toEqual(['Secret', 'PersistentVolumeClaim', 'Ingress']);
    const later = ['StatefulSet.apps', 'CronJob.batch', 'Pod'].map((kind) => `${kind} tenant-acme--2/web`);
    expect([...(plan.later ?? [])].sort()).toEqual(later.sort());
  });

  test('into a virtual cluster makes the namespace of the same name, so that no name changes', () => {
    const env = [{ name: 'DB', value: 'postgres.tenant-acme.svc.cluster.local' }];
    const spec = { template: { spec: { containers: [{ name: 'a', env }] } } };
    const plan = planTransfer([live('apps/v1', 'Deployment', 'web', { spec })], { source: namespace, target: virtual });
    expect(plan.objects.map(nameOf)).toEqual(['Namespace tenant-acme', 'Deployment.apps tenant-acme/web']);
    expect([plan.obstacles, plan.findings]).toEqual([[], []]);
  });

  test('into another namespace lists texts that name the old one, by their paths and without their values', () => {
    const env = [
      { name: 'DB', value: 'postgres://app:hunter2@db.tenant-acme.svc:5432' },
      { name: 'OTHER', value: 'db.tenant-acme-2.svc' },
      { name: 'NAMESPACE', value: 'tenant-acme' },
    ];
    const data = { url: Buffer.from('https://web.tenant-acme/secret-path').toString('base64') };
    const objects = [
      live('apps/v1', 'Deployment', 'web', { spec: { template: { spec: { containers: [{ name: 'a', env }] } } } }),
      live('v1', 'Secret', 'urls', { type: 'Opaque', data }),
    ];
    const { findings } = planTransfer(objects, { source: namespace, target: next });
    expect(findings.map(({ object, what }) => `${object}: ${what}`)).toEqual([
      'Deployment.apps tenant-acme/web: spec.template.spec.containers[0].env[0].value names the namespace tenant-acme',
      'Deployment.apps tenant-acme/web: spec.template.spec.containers[0].env[2].value names the namespace tenant-acme',
      'Secret tenant-acme/urls: data.url names the namespace tenant-acme',
    ]);
    expect(JSON.stringify(findings)).not.toMatch(/hunter2|secret-path/);
  });

  test('from a virtual cluster into a namespace says exactly what stands in the way', () => {
    const inside = (namespaceName: string) => ({ namespace: namespaceName });
    const cluster = { namespace: undefined };
    const definition = { spec: { group: 'example.com', names: { kind: 'Widget' } } };
    const objects = [
      live('v1', 'Namespace', 'shop', {}, cluster),
      live('v1', 'Namespace', 'back', {}, cluster),
      live('v1', 'ConfigMap', 'settings', {}, inside('shop')),
      live('v1', 'ConfigMap', 'settings', {}, inside('back')),
      live('v1', 'ConfigMap', 'only-here', {}, inside('back')),
      live('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.example.com', definition, cluster),
      live('example.com/v1', 'Widget', 'w', {}, inside('shop')),
      live(rbac, 'ClusterRole', 'reader', {}, cluster),
      live('v1', 'ResourceQuota', 'own', {}, inside('shop')),
      live('v1', 'ServiceAccount', 'default', { imagePullSecrets: [{ name: 'r' }] }, inside('shop')),
    ];
    const { obstacles } = planTransfer(objects, { source: virtual, target: namespace });
    expect(Object.fromEntries(obstacles.map(({ object, why }) => [object, why]))).toEqual({
      'CustomResourceDefinition.apiextensions.k8s.io widgets.example.com': expect.stringContaining('whole cluster'),
      'Widget.example.com shop/w': expect.stringContaining('defined itself'),
      'ClusterRole.rbac.authorization.k8s.io reader': expect.stringContaining('whole cluster'),
      'ResourceQuota shop/own': expect.stringContaining('may not make'),
      'ServiceAccount shop/default': expect.stringContaining('account default'),
      'ConfigMap shop/settings, ConfigMap back/settings': expect.stringContaining('tenant-acme/settings'),
    });
  });

  test('between virtual clusters takes what belongs to the whole cluster along', () => {
    const cluster = { namespace: undefined };
    const objects = [
      live('example.com/v1', 'Widget', 'w', {}, { namespace: 'shop' }),
      live(rbac, 'ClusterRole', 'reader', {}, cluster),
      live('v1', 'Namespace', 'shop', { spec: { finalizers: ['kubernetes'] } }, cluster),
      live('v1', 'Namespace', 'default', {}, cluster),
      live('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.example.com', {}, cluster),
    ];
    const { objects: planned, obstacles } = planTransfer(objects, { source: virtual, target: virtual });
    expect(obstacles).toEqual([]);
    expect(planned.map(nameOf)).toEqual([
      'CustomResourceDefinition.apiextensions.k8s.io widgets.example.com',
      'Namespace shop',
      'ClusterRole.rbac.authorization.k8s.io reader',
      'Widget.example.com shop/w',
    ]);
    const other: Place = { kind: 'virtual-cluster', customApiGroups: [] };
    const refused = planTransfer(objects, { source: virtual, target: other }).obstacles;
    expect(refused.map(({ object }) => object)).toEqual(['Widget.example.com shop/w']);
  });
});
