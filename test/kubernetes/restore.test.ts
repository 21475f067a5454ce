import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportNamespace } from '../../functions/deprovisioning/export-workspace.ts';
import type { TenantExport } from '../../functions/deprovisioning/write-export.ts';
import type { Kubernetes } from '../../functions/kubernetes/client.ts';
import { planRestore } from '../../functions/restoring/plan-restore.ts';
import { suspendNamespace } from '../../functions/suspension/suspend-namespace.ts';
import { expectSame } from '../../functions/transfer/expect-same.ts';
import { transferObjects } from '../../functions/transfer/transfer-objects.ts';
import { ensureClusterBaseline } from '../../functions/workspaces/ensure-cluster-baseline.ts';
import { releaseNamespace } from '../../functions/workspaces/release-namespace.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { platformGroup } from '../../tenancy/workspace/names.ts';
import { eventually } from './eventually.ts';
import { startTestCluster, type TestCluster } from './test-cluster.ts';
import { make, own, workspaceIn } from './transfer-clusters.ts';
import { namespaced } from './transfer-workload.ts';

let cluster: TestCluster;
let platform: Kubernetes;

beforeAll(async () => {
  cluster = await startTestCluster();
  await eventually(() => ensureClusterBaseline({ kubernetes: cluster.administrator }));
  platform = cluster.client('platform-role', [platformGroup]);
});

afterAll(() => cluster?.stop());

const suspensionId = 'operation-9';
const first = { tenantId: 'acme', generation: 1 };

/** What an export holds of a suspended tenant, having been through JSON. */
async function exported(): Promise<TenantExport> {
  const objects = await eventually(() => exportNamespace(platform, first));
  const tenant = { ...first, placement: { account: 'pooled', workspace: 'namespace' }, suspensionId } as Tenant;
  const content: TenantExport = {
    format: 'tenantry.export.v1',
    exportedAt: '2026-12-22T00:00:00.000Z',
    tenant,
    ledger: [],
    costs: [],
    clusters: { 'shared-1': objects },
  };
  return JSON.parse(JSON.stringify(content)) as TenantExport;
}

/** Sizes and switches of what runs. */
const sizes = (objects: readonly KubernetesObject[]) =>
  Object.fromEntries(
    objects.flatMap(({ kind, metadata, spec }) => {
      const { replicas, suspend } = (spec ?? {}) as { replicas?: number; suspend?: boolean };
      return replicas === undefined && suspend === undefined ? [] : [[`${kind} ${metadata.name}`, replicas ?? suspend]];
    }),
  );

test('a tenant that was suspended, exported and released comes back under another id as it was before', async () => {
  const source = await workspaceIn(cluster, first);
  await make(source.tenant, namespaced(source.namespace, 'acme'));
  const before = await eventually(async () => {
    const objects = await own(source.place, cluster.administrator);
    // The StatefulSet's claim.
    expect(objects.filter(({ kind }) => kind === 'PersistentVolumeClaim')).toHaveLength(2);
    return objects;
  });
  await eventually(() => suspendNamespace(platform, { ...first, suspensionId }));
  const content = await exported();
  await eventually(() => releaseNamespace({ kubernetes: platform }, first), 60);

  const target = await workspaceIn(cluster, { tenantId: 'globex', generation: 1 });
  const plan = planRestore(content, { tenantId: 'globex', place: target.place });
  expect(plan.obstacles).toEqual([]);
  const { comparison } = await transferObjects(target.tenant, plan, { overwrite: false });
  expectSame(comparison);
  const after = await own(target.place, cluster.administrator);
  expect(after.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort()).toEqual(
    before.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort(),
  );
  expect(sizes(after)).toEqual(sizes(before));
  expect(sizes(after)).toMatchObject({ 'Deployment web': 2, 'CronJob nightly': false, 'StatefulSet db': 1 });
  const secret = (objects: readonly KubernetesObject[]) =>
    objects.find(({ metadata }) => metadata.name === 'key')?.data;
  expect(secret(after)).toEqual(secret(before));
  const ingress = after.find(({ kind }) => kind === 'Ingress');
  expect(ingress?.spec).toMatchObject({ rules: [{ host: 'shop.globex.tenants.example.com' }] });
  // Again, as after a shell that was closed half way: nothing is left to do.
  expect((await transferObjects(target.tenant, plan, { overwrite: false })).written).toBe(0);
});
