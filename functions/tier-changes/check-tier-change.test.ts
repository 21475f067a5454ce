import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Placement } from '../../events/placement.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { basicNumbers } from '../../tenancy/workspace/numbers.ts';
import { getCluster } from '../clusters/cluster-store.ts';
import type { Table } from '../runtime/table.ts';
import { emptyTable, localTable } from '../testing/local-table.ts';
import { checkTierChange } from './check-tier-change.ts';
import type { PreflightWorld } from './preflight.ts';
import { change, emptyWorld, quota, tiers } from './testing/preflight-world.ts';
import { refusal } from './testing/refusal.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
beforeEach(() => emptyTable(table));
afterAll(() => close());

const vcluster: Placement = { account: 'pooled', workspace: 'vcluster' };

/** A workspace with these sums in use and these objects. */
function living(used: Record<string, string>, objects: KubernetesObject[] = []): Partial<PreflightWorld> {
  const quotas = [quota('tenant-compute', used), quota('tenant-objects', {})];
  return { readWorkspace: async () => ({ quotas, objects }) };
}

function deployment(name: string, spec: object, namespace = 'tenant-acme'): KubernetesObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace }, spec: { template: { spec } } };
}

const container = (more: object = {}) => ({ name: 'app', image: 'public.ecr.aws/acme/app:1', ...more });

it('passes when nothing is in the way, and changes nothing', async () => {
  const world = emptyWorld(table);
  expect(await checkTierChange(world, change('moved', vcluster), tiers())).toBe(0);
  expect(world.cluster.writes).toEqual([]);
  expect(await getCluster(table, 'shared-1')).toBeUndefined();
});

it('what names the nodes of the old tier is in the way where it stays, and moves to those of the new one', async () => {
  const placed = { containers: [container()], nodeSelector: { 'tenantry.dev/tier': 'standard' } };
  const world = emptyWorld(table, living({}, [deployment('web', placed)]));
  expect(await refusal(world, change('in-place'), tiers())).toContain('it asks for the nodes of the tier standard');
  expect(await checkTierChange(world, change('moved', vcluster), tiers())).toBe(0);
});

it('says what must shrink and by how much', async () => {
  const world = emptyWorld(
    table,
    living({ 'requests.cpu': '3500m', 'requests.memory': '4Gi', 'requests.storage': '28Gi' }),
  );
  expect(await refusal(world, change('in-place'), tiers())).toBe(
    '"acme" cannot change to the tier "basic" (pooled account, namespace), 2 obstacles: requests.cpu: 3500m in use, 2 allowed: shrink it by 1500m; requests.storage: 28Gi in use, 20Gi allowed: shrink it by 8Gi.',
  );
});

it('names every object that the tier does not allow, and why', async () => {
  const claim: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'tenant-acme' },
    spec: { storageClassName: 'io2', resources: { requests: { storage: '50Gi' } } },
  };
  const service: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'tenant-acme' },
    spec: { type: 'LoadBalancer' },
  };
  const ingress: KubernetesObject = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace: 'tenant-acme' },
    spec: { ingressClassName: 'nginx', rules: [{ host: 'shop.acme.elsewhere.example.com' }] },
  };
  const large = { limits: { cpu: '3', memory: '6Gi' } };
  const pod = {
    containers: [container({ image: 'ghcr.io/acme/app:1', resources: large })],
    priorityClassName: 'tenantry-high',
  };
  const world = emptyWorld(table, living({}, [deployment('web', pod), claim, service, ingress]));
  expect(await refusal(world, change('in-place'), tiers())).toBe(
    [
      '"acme" cannot change to the tier "basic" (pooled account, namespace), 9 obstacles: Deployment.apps tenant-acme/web: container app has limits.cpu 3, at most 2 allowed: lower it by 1',
      'Deployment.apps tenant-acme/web: container app has limits.memory 6Gi, at most 4Gi allowed: lower it by 2Gi',
      'Deployment.apps tenant-acme/web: it names the priority class tenantry-high, allowed are tenantry-low',
      'Deployment.apps tenant-acme/web: its image ghcr.io/acme/app:1 is from another registry, allowed are public.ecr.aws/, registry.k8s.io/',
      'PersistentVolumeClaim tenant-acme/data: it has the storage class io2, allowed are gp3',
      'PersistentVolumeClaim tenant-acme/data: it claims 50Gi, at most 10Gi allowed: too large by 40Gi',
      'Service tenant-acme/web: it is a load balancer, and the tier has none',
      'Ingress.networking.k8s.io tenant-acme/web: it has the ingress class nginx, allowed are alb',
      'Ingress.networking.k8s.io tenant-acme/web: its host shop.acme.elsewhere.example.com is not below acme.tenants.example.com.',
    ].join('; '),
  );
});

it('names twenty objects and counts the others', async () => {
  const objects = Array.from({ length: 25 }, (_, index) =>
    deployment(`web-${index}`, { containers: [container({ image: 'evil/app' })] }),
  );
  const message = await refusal(emptyWorld(table, living({}, objects)), change('in-place'), tiers());
  expect(message.match(/Deployment\.apps/g)).toHaveLength(20);
  expect(message).toContain('25 obstacles');
  expect(message).toContain('; and 5 more objects.');
});

it('leaves out what controllers made: their owners are what a person changes', async () => {
  const owned = deployment('web-abc', { containers: [container({ image: 'evil/app' })] });
  const metadata = { ...owned.metadata, ownerReferences: [{ controller: true, kind: 'X', name: 'x' }] };
  await checkTierChange(emptyWorld(table, living({}, [{ ...owned, metadata }])), change('in-place'), tiers());
});

it('waits for quotas that do not count yet', async () => {
  const world = emptyWorld(table, { readWorkspace: async () => ({ quotas: [], objects: [] }) });
  await expect(checkTierChange(world, change('in-place'), tiers())).rejects.toMatchObject({ name: 'StillCreating' });
});

describe('a virtual cluster', () => {
  it('is not charged for its control plane', async () => {
    const host = { 'requests.cpu': '2220m', 'requests.memory': '4672Mi', 'requests.storage': '25Gi', pods: '22' };
    await checkTierChange(emptyWorld(table, living(host)), change('in-place', vcluster, vcluster), tiers());
    const more = emptyWorld(table, living({ ...host, 'requests.cpu': '2320m', pods: '23' }));
    const message = await refusal(more, change('in-place', vcluster, vcluster), tiers());
    expect(message).toContain('requests.cpu: 2100m in use, 2 allowed: shrink it by 100m');
  });

  it('becomes a namespace only if nothing in it belongs to a whole cluster, and no two objects would become one', async () => {
    const definition: KubernetesObject = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: { group: 'example.com', names: { kind: 'Widget' } },
    };
    const twins = ['shop', 'office'].map((namespace) => deployment('web', { containers: [container()] }, namespace));
    const request = change('moved', { account: 'pooled', workspace: 'namespace' }, vcluster);
    const message = await refusal(emptyWorld(table, living({}, [definition, ...twins])), request, tiers());
    expect(message).toContain(
      'CustomResourceDefinition.apiextensions.k8s.io widgets.example.com: it belongs to a whole cluster, and the target is a namespace',
    );
    expect(message).toContain('they would all be tenant-acme--2/web in the target');
  });

  it('counts what it has inside when it becomes a namespace, with what the platform has there', async () => {
    const secret = (index: number): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `c-${index}`, namespace: 'shop' },
    });
    const request = change('moved', { account: 'pooled', workspace: 'namespace' }, vcluster);
    // One more is the root certificate that every namespace has.
    const fitting = Array.from({ length: basicNumbers.objects.configmaps - 1 }, (_, index) => secret(index));
    await checkTierChange(emptyWorld(table, living({}, fitting)), request, tiers());
    const message = await refusal(emptyWorld(table, living({}, [...fitting, secret(99)])), request, tiers());
    expect(message).toContain('configmaps: 51 in use, 50 allowed: shrink it by 1.');
  });
});

it('does not take an unreachable cluster for a refusal', async () => {
  const readWorkspace = () => Promise.reject(new CatalogueError('ClusterUnreachable', 'no answer'));
  await expect(
    checkTierChange(emptyWorld(table, { readWorkspace }), change('in-place'), tiers()),
  ).rejects.toMatchObject({
    name: 'ClusterUnreachable',
  });
});
