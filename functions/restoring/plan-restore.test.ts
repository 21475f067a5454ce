import { describe, expect, test } from 'vitest';
import type { Tenant } from '../../tenancy/tenant.ts';
import { nameOf } from '../../tenancy/transfer/named.ts';
import type { Place } from '../../tenancy/transfer/place.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { namespaceObjects } from '../../tenancy/workspace/namespace-objects.ts';
import { basicNumbers } from '../../tenancy/workspace/numbers.ts';
import type { TenantExport } from '../deprovisioning/write-export.ts';
import { stopPatch, stops } from '../suspension/stops.ts';
import { planRestore } from './plan-restore.ts';

const acme = { tenantId: 'acme', tier: 'basic', generation: 1 };
const platformObjects = namespaceObjects(acme, basicNumbers);
const [namespace] = platformObjects;
const place: Place = { kind: 'namespace', namespace: 'tenant-globex', ingressDomain: 'globex.tenants.example.com' };
const target = { tenantId: 'globex', place };

function of(apiVersion: string, kind: string, name: string, content: object): KubernetesObject {
  return { apiVersion, kind, metadata: { name, namespace: 'tenant-acme' }, ...content };
}

const web = of('apps/v1', 'Deployment', 'web', { spec: { replicas: 3 } });
const nightly = of('batch/v1', 'CronJob', 'nightly', { spec: { schedule: '0 3 * * *', suspend: false } });
const paused = of('batch/v1', 'CronJob', 'paused', { spec: { schedule: '0 3 * * *', suspend: true } });
const policy = of('networking.k8s.io/v1', 'NetworkPolicy', 'web', {
  spec: {
    podSelector: {},
    ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'tenantry.dev/tenant': 'acme' } } }] }],
  },
});
const ingress = of('networking.k8s.io/v1', 'Ingress', 'web', {
  spec: { rules: [{ host: 'a.acme.tenants.example.com' }] },
});

/** As a suspension leaves it. */
function stopped(object: KubernetesObject, suspensionId = 'operation-9'): KubernetesObject {
  const stop = stops.find(({ kind }) => kind === object.kind);
  const patch = stop && (stopPatch(stop, object, suspensionId) as { metadata: object; spec?: object } | undefined);
  if (patch === undefined) return object;
  const spec = { ...(object.spec as object), ...patch.spec };
  return { ...object, metadata: { ...object.metadata, ...patch.metadata }, spec };
}

function exported(clusters: TenantExport['clusters'], workspace: 'namespace' | 'vcluster' = 'namespace'): TenantExport {
  const placement = { account: 'pooled' as const, workspace };
  const tenant = { tenantId: 'acme', placement, suspensionId: 'operation-9' } as Tenant;
  return {
    format: 'tenantry.export.v1',
    exportedAt: '2026-12-22T00:00:00.000Z',
    tenant,
    ledger: [],
    clusters,
    costs: [],
  };
}

const specs = ({ objects }: ReturnType<typeof planRestore>) =>
  Object.fromEntries(objects.map((object) => [nameOf(object), object.spec]));

describe('a restore', () => {
  test('makes what the tenant had before it was suspended to be deprovisioned, under the names of the new one', () => {
    const objects = [web, nightly, paused, policy, ingress].map((object) => stopped(object));
    expect(objects[0]?.spec).toEqual({ replicas: 0 });
    const plan = planRestore(exported({ 'shared-1': [...platformObjects, ...objects] }), target);
    expect(plan.obstacles).toEqual([]);
    expect(specs(plan)).toEqual({
      'NetworkPolicy.networking.k8s.io tenant-globex/web': {
        podSelector: {},
        ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'tenantry.dev/tenant': 'globex' } } }] }],
      },
      'Deployment.apps tenant-globex/web': { replicas: 3 },
      'CronJob.batch tenant-globex/nightly': { schedule: '0 3 * * *', suspend: false },
      'CronJob.batch tenant-globex/paused': { schedule: '0 3 * * *', suspend: true },
      'Ingress.networking.k8s.io tenant-globex/web': { rules: [{ host: 'a.globex.tenants.example.com' }] },
    });
    expect(JSON.stringify(plan.objects)).not.toContain('tenantry.dev/suspended');
  });

  test('believes no mark that the suspension did not make', () => {
    const forged = stopped({ ...web, spec: { replicas: 100 } }, 'somebody');
    const plan = planRestore(exported({ 'shared-1': [...platformObjects, forged] }), target);
    expect(specs(plan)).toEqual({ 'Deployment.apps tenant-globex/web': { replicas: 0 } });
  });

  test('of a virtual cluster takes what is inside, not the host’s namespace, and of two placements the current one', () => {
    const inside = of('v1', 'ConfigMap', 'inside', {});
    const shop = { ...inside, metadata: { name: 'inside', namespace: 'shop' } };
    const host = [...platformObjects, of('v1', 'Secret', 'vc-acme', { type: 'Opaque' })];
    const content = exported(
      { 'shared-1': host, 'shared-1, virtual cluster': [shop], 'shared-1, placement 1': [...platformObjects, web] },
      'vcluster',
    );
    const virtual: Place = { kind: 'virtual-cluster', customApiGroups: [] };
    const plan = planRestore(content, { tenantId: 'acme', place: virtual });
    expect(plan.objects.map(nameOf)).toEqual(['ConfigMap shop/inside']);
  });

  test.each([
    ['none', {}],
    ['two', { 'shared-1': platformObjects, 'shared-2': platformObjects }],
    ['one without its namespace', { 'shared-1': [web] }],
  ])('of an export with %s workspace is refused', (_, clusters) => {
    expect(() => planRestore(exported(clusters), target)).toThrow(expect.objectContaining({ name: 'ExportDamaged' }));
  });

  test('begins with the namespace, which is the platform’s', () => {
    expect(namespace?.kind).toBe('Namespace');
    const { left } = planRestore(exported({ 'shared-1': platformObjects }), target);
    expect(left).toContainEqual({ object: 'Namespace tenant-acme', because: 'platform' });
  });
});
