import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Kubernetes } from '../../functions/kubernetes/client.ts';
import { expectSame } from '../../functions/transfer/expect-same.ts';
import { listTenantObjects } from '../../functions/transfer/list-tenant-objects.ts';
import { transferObjects } from '../../functions/transfer/transfer-objects.ts';
import { ensureClusterBaseline } from '../../functions/workspaces/ensure-cluster-baseline.ts';
import { nameOf } from '../../tenancy/transfer/named.ts';
import { planTransfer } from '../../tenancy/transfer/plan.ts';
import { eventually } from './eventually.ts';
import { startTestCluster, type TestCluster } from './test-cluster.ts';
import { make, own, tenantInside, virtual, workspaceIn } from './transfer-clusters.ts';
import { clusterWide, namespaced, widget } from './transfer-workload.ts';

/**
 * Two real control planes with their controllers. In the first, tenants have namespaces; the second stands where the API of a virtual
 * cluster would be, with the rights that a tenant has inside of one.
 */
let shared: TestCluster;
let other: TestCluster;
let administrator: Kubernetes;
let inside: Kubernetes;

beforeAll(async () => {
  [shared, other] = await Promise.all([startTestCluster(), startTestCluster()]);
  administrator = shared.administrator;
  await eventually(() => ensureClusterBaseline({ kubernetes: administrator }));
  inside = await tenantInside(other);
});

afterAll(async () => {
  await shared?.stop();
  await other?.stop();
});

const workspace = (tenantId: string, generation: number) => workspaceIn(shared, { tenantId, generation });

describe('between a namespace and a virtual cluster', () => {
  test('into it: the namespace keeps its name inside, and all is as it was', async () => {
    const source = await workspace('globex', 1);
    await make(source.tenant, namespaced(source.namespace, 'globex'));
    const objects = await listTenantObjects(administrator, source.place);
    const plan = planTransfer(objects, { source: source.place, target: virtual });
    expect(plan.obstacles).toEqual([]);
    const { comparison } = await transferObjects(inside, plan);
    expectSame(comparison);
    const key = { apiVersion: 'v1', kind: 'Secret', name: 'key', namespace: source.namespace };
    const [from, to] = await Promise.all([source.tenant.get(key), inside.get(key)]);
    expect(to?.data).toEqual(from?.data);
    expect((await transferObjects(inside, plan)).written).toBe(0);
  });

  test('out of it: what belongs to a whole cluster stands in the way, by name; without it the rest goes', async () => {
    const target = await workspace('globex', 2);
    await make(inside, [...clusterWide('tenant-globex'), widget('tenant-globex')]);
    const objects = await listTenantObjects(other.administrator, virtual);
    const plan = planTransfer(objects, { source: virtual, target: target.place });
    expect(plan.obstacles.map(({ object }) => object).sort()).toEqual([
      'ClusterRole.rbac.authorization.k8s.io shop-reader',
      'ClusterRoleBinding.rbac.authorization.k8s.io shop-reader',
      'CustomResourceDefinition.apiextensions.k8s.io widgets.example.com',
      'Widget.example.com tenant-globex/one',
    ]);
    await expect(transferObjects(target.tenant, plan)).rejects.toMatchObject({ name: 'TransferRefused' });
    expect(await own(target.place, administrator)).toEqual([]);
    const possible = objects.filter((object) => !plan.obstacles.some((each) => each.object === nameOf(object)));
    const { comparison } = await transferObjects(
      target.tenant,
      planTransfer(possible, { source: virtual, target: target.place }),
    );
    expectSame(comparison);
  });
});

test('between virtual clusters: everything, what belongs to the whole cluster too, and objects of kinds that it defines', async () => {
  await make(inside, [...clusterWide('shop'), widget('shop')]);
  const found = await listTenantObjects(other.administrator, virtual);
  // What the tests before have left is not part of it.
  const objects = found.filter(({ metadata }) => ![metadata.namespace, metadata.name].includes('tenant-globex'));
  const plan = planTransfer(objects, { source: virtual, target: virtual });
  const target = await tenantInside(shared);
  const { comparison } = await transferObjects(target, plan);
  expect(expectSame(comparison)).toMatchObject({
    'Widget.example.com': { source: 1, target: 1 },
    'CustomResourceDefinition.apiextensions.k8s.io': { source: 1, target: 1 },
    Namespace: { source: 1, target: 1 },
  });
  expect((await transferObjects(target, plan)).written).toBe(0);
});
