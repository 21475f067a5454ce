import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Kubernetes } from '../../functions/kubernetes/client.ts';
import { expectSame } from '../../functions/transfer/expect-same.ts';
import { listTenantObjects } from '../../functions/transfer/list-tenant-objects.ts';
import { transferObjects } from '../../functions/transfer/transfer-objects.ts';
import { ensureClusterBaseline } from '../../functions/workspaces/ensure-cluster-baseline.ts';
import { planTransfer, type TransferPlan, withoutWorkloads } from '../../tenancy/transfer/plan.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { nodePoolSettings } from '../../tenancy/workspace/node-pools.ts';
import { basicNumbers, type WorkspaceNumbers } from '../../tenancy/workspace/numbers.ts';
import { eventually } from './eventually.ts';
import { startTestCluster, type TestCluster } from './test-cluster.ts';
import {
  failureOf,
  make,
  own,
  readOnly,
  recording,
  type TestWorkspace,
  versions,
  workspaceIn,
} from './transfer-clusters.ts';
import { testTransferOfTiers } from './transfer-tier-cases.ts';
import { namespaced } from './transfer-workload.ts';

/** A real control plane with its controllers and the fences of a shared cluster; everybody in it with their own rights. */
let shared: TestCluster;
let administrator: Kubernetes;

beforeAll(async () => {
  shared = await startTestCluster();
  administrator = shared.administrator;
  await eventually(() =>
    ensureClusterBaseline({ kubernetes: administrator, pools: [{ tier: 'gold', settings: nodePool }] }),
  );
});

afterAll(() => shared?.stop());

function workspace(tenantId: string, generation: number, numbers?: WorkspaceNumbers): Promise<TestWorkspace> {
  return workspaceIn(shared, { tenantId, generation }, numbers);
}

const nodePool = nodePoolSettings.parse({ limits: { cpu: '100', memory: '400Gi' } });

/** From what is in the source now. */
async function planBetween(source: TestWorkspace, target: TestWorkspace): Promise<TransferPlan> {
  const objects = await listTenantObjects(administrator, source.place);
  return planTransfer(objects, { source: source.place, target: target.place });
}

describe('from a namespace', () => {
  test('into the next one: everything the tenant made, once, and the same', async () => {
    const source = await workspace('acme', 1);
    const target = await workspace('acme', 2);
    const made = namespaced(source.namespace, 'acme');
    await make(source.tenant, made);
    // Controllers make theirs: none of that is taken along.
    await eventually(async () => {
      const pods = await source.tenant.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: source.namespace });
      expect(pods.length).toBeGreaterThanOrEqual(4);
    });
    const objects = await listTenantObjects(administrator, source.place);
    const before = versions(objects);
    const plan = planTransfer(objects, { source: source.place, target: target.place });
    expect(plan.obstacles).toEqual([]);
    expect(plan.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort()).toEqual(
      [...made.map(({ kind, metadata }) => `${kind} ${metadata.name}`), 'PersistentVolumeClaim data-db-0'].sort(),
    );

    const { written, comparison } = await transferObjects(target.tenant, plan);
    expect(written).toBeGreaterThanOrEqual(plan.objects.length - 1);
    const counts = expectSame(comparison);
    for (const count of Object.values(counts)) expect(count.target).toBe(count.source);
    expect(Object.values(counts).reduce((sum, { source: each }) => sum + each, 0)).toBe(plan.objects.length);
    // The source is as it was, but for what its controllers do.
    const passing = /^(Pod|Lease|Job|Event|EndpointSlice|Endpoints|ReplicaSet|ResourceQuota)/;
    const after = versions(await listTenantObjects(administrator, source.place));
    expect(after.filter((each) => !passing.test(each))).toEqual(before.filter((each) => !passing.test(each)));

    const [binding] = await target.tenant.list(
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
      { namespace: target.namespace, labelSelector: 'app=web' },
    );
    expect(binding?.subjects).toMatchObject([{ kind: 'ServiceAccount', name: 'web', namespace: target.namespace }]);
    await eventually(async () => {
      const pods = await target.tenant.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: target.namespace });
      expect(pods.filter(({ metadata }) => metadata.name.startsWith('web-'))).toHaveLength(2);
    });
  });

  test('twice is once: the second run writes nothing', async () => {
    const [source, target] = [await workspace('acme', 1), await workspace('acme', 2)];
    const plan = await planBetween(source, target);
    const before = versions(await own(target.place, administrator));
    expect((await transferObjects(target.tenant, plan)).written).toBe(0);
    expect(versions(await own(target.place, administrator))).toEqual(before);
  });

  test('an object that was removed and one that was changed are found and put right', async () => {
    const [source, target] = [await workspace('acme', 1), await workspace('acme', 2)];
    const { namespace } = target;
    const plan = await planBetween(source, target);
    await target.tenant.delete({ apiVersion: 'v1', kind: 'Secret', name: 'key', namespace });
    const data = { mode: 'slow', extra: 'more' };
    await target.tenant.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace }, data });
    const look = await failureOf(transferObjects(readOnly(target.tenant), plan));
    expect(look).toMatchObject({ name: 'TransferRefused', message: expect.stringContaining('Secret') });
    // Where nothing is to be overwritten, what is missing comes and what was changed stays.
    const kept = await failureOf(transferObjects(target.tenant, plan, { overwrite: false }));
    expect(kept).toMatchObject({
      name: 'TransferRefused',
      message: expect.stringMatching(/^[^;]*settings: it is there already[^;]*$/),
    });
    const again = await transferObjects(target.tenant, plan);
    expect(again.comparison.missing).toEqual([]);
    // The key that somebody else added is not the transfer's to remove: it is said.
    expect(again.comparison.different).toEqual([{ object: `ConfigMap ${namespace}/settings`, paths: ['data.extra'] }]);
    expect(() => expectSame(again.comparison)).toThrow(/ConfigMap .*settings differs in data\.extra/);
  });

  test('what the source has lost since is said, and goes where the target mirrors it; what the tenant made there stays', async () => {
    const [source, target] = [await workspace('acme', 1), await workspace('acme', 2)];
    const { namespace } = target;
    const nightly = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'nightly' };
    await source.tenant.delete({ apiVersion: 'v1', kind: 'Secret', name: 'fixed', namespace: source.namespace });
    const theirs = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'theirs', namespace }, type: 'Opaque' };
    await target.tenant.apply(theirs);
    // The only one of its kind.
    await source.tenant.delete({ ...nightly, namespace: source.namespace });
    const plan = await planBetween(source, target);
    const { comparison } = await transferObjects(target.tenant, plan);
    expect(comparison.extra).toEqual([`Secret ${namespace}/fixed`]);
    // A first transfer leaves alone what runs, also where it is there already.
    const first = await transferObjects(target.tenant, withoutWorkloads(plan), { mirror: target.place });
    expect(first.comparison.extra).toEqual([]);
    expect(
      await target.tenant.get({ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', namespace }),
    ).toBeDefined();
    const mirrored = await transferObjects(target.tenant, plan, { mirror: target.place });
    expect(mirrored.comparison.extra).toEqual([]);
    expect(await target.tenant.get({ ...nightly, namespace })).toBeUndefined();
    expect(await target.tenant.get({ ...theirs, name: 'theirs', namespace })).toBeDefined();
    expect(await target.tenant.get({ apiVersion: 'v1', kind: 'Secret', name: 'fixed', namespace })).toBeUndefined();
  });
});

testTransferOfTiers({ cluster: () => shared, tier: 'gold', nodePool });

describe('a transfer that does not get through', () => {
  test('goes on where the one before was killed, and writes each object once', async () => {
    const source = await workspace('initech', 1);
    const target = await workspace('initech', 2);
    await make(source.tenant, namespaced(source.namespace, 'initech'));
    const plan = await planBetween(source, target);
    const writes: string[] = [];
    const counted = recording(target.tenant, writes);
    let calls = 0;
    for (;;) {
      calls += 1;
      // Each invocation has time for a few batches only.
      let batches = 3;
      const timeLeft = () => (batches-- > 0 ? 60_000 : 0);
      const outcome = await transferObjects(counted, plan, { timeLeft }).catch((error: unknown) => error);
      if (!(outcome instanceof Error)) {
        expectSame((outcome as Awaited<ReturnType<typeof transferObjects>>).comparison);
        break;
      }
      expect(outcome).toMatchObject({
        name: 'StillCreating',
        message: expect.stringMatching(/^\d+ objects are still/),
      });
    }
    expect(calls).toBeGreaterThan(3);
    expect(new Set(writes).size).toBe(writes.length);
  });

  test('says which objects another tier refuses and why, does all the others, and touches no source', async () => {
    const source = await workspace('hooli', 1);
    const strict: WorkspaceNumbers = {
      ...basicNumbers,
      ingress: { classes: [], domain: 'tenants.example.com' },
      objects: { ...basicNumbers.objects, configmaps: 1 },
    };
    const target = await workspace('hooli', 2, strict);
    const metadata = { name: 'one-more', namespace: source.namespace };
    const extra: KubernetesObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {} };
    await make(source.tenant, [...namespaced(source.namespace, 'hooli'), extra]);
    const plan = await planBetween(source, target);
    const { name, message } = await failureOf(transferObjects(target.tenant, plan));
    expect(name).toBe('TransferRefused');
    expect(message).toMatch(/Ingress\.networking\.k8s\.io .*\/web: .*tenantry-ingresses: ingressClassName must stand/);
    expect(message).toMatch(/ConfigMap .*: .*exceeded quota: tenant-objects/);
    expect(message).not.toContain('Deployment');
    const there = new Set((await own(target.place, administrator)).map(({ kind }) => kind));
    expect([...there]).toEqual(expect.arrayContaining(['Deployment', 'Secret', 'Service', 'CronJob']));
  });

  test('repeats no value of a secret that the target refuses', async () => {
    const target = await workspace('umbrella', 2);
    const metadata = { name: 'key', namespace: target.namespace };
    const wrong = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      type: 'kubernetes.io/tls',
      data: { 'tls.key': 'c2VjcmV0' },
    };
    const refusalOf = async (secret: KubernetesObject): Promise<Error> => {
      const plan = planTransfer([secret], { source: target.place, target: target.place });
      return failureOf(transferObjects(target.tenant, plan));
    };
    const incomplete = await refusalOf(wrong);
    expect(incomplete).toMatchObject({ name: 'TransferRefused', message: expect.stringContaining('data[tls.crt]') });
    const garbled = await refusalOf({ ...wrong, type: 'Opaque', data: { 'tls.key': 'hunter2!' } });
    for (const { message } of [incomplete, garbled]) expect(message).not.toMatch(/hunter2|c2VjcmV0/);
  });

  test('not because of a name that stands twice in a list', async () => {
    const [source, target] = [await workspace('umbrella', 1), await workspace('umbrella', 2)];
    const [deployment] = namespaced(source.namespace, 'umbrella').filter(({ kind }) => kind === 'Deployment');
    const doubled = JSON.parse(JSON.stringify(deployment)) as {
      spec: { template: { spec: { containers: object[] } } };
    };
    const { containers } = doubled.spec.template.spec;
    doubled.spec.template.spec.containers = containers.map((each) => ({
      ...each,
      env: [1, 2].map((value) => ({ name: 'SAME', value: String(value) })),
    }));
    const path = `/apis/apps/v1/namespaces/${source.namespace}/deployments`;
    const made = await source.tenant.request({ method: 'POST', path, body: doubled });
    expect(made.status).toBe(201);
    const plan = await planBetween(source, target);
    expectSame((await transferObjects(target.tenant, plan)).comparison);
    expect((await transferObjects(target.tenant, plan)).written).toBe(0);
  });
});
