import { expect, test } from 'vitest';
import type { Kubernetes } from '../../functions/kubernetes/client.ts';
import { expectSame } from '../../functions/transfer/expect-same.ts';
import { listTenantObjects } from '../../functions/transfer/list-tenant-objects.ts';
import { transferObjects } from '../../functions/transfer/transfer-objects.ts';
import type { Place } from '../../tenancy/transfer/place.ts';
import { planTransfer, withoutWorkloads } from '../../tenancy/transfer/plan.ts';
import { eventually } from '../kubernetes/eventually.ts';
import type { TestCluster } from '../kubernetes/test-cluster.ts';
import { make, workspaceIn } from '../kubernetes/transfer-clusters.ts';
import { namespaced } from '../kubernetes/transfer-workload.ts';

interface Sides {
  readonly tenantId: string;
  /** The host namespace of its virtual cluster. */
  readonly namespace: string;
  readonly host: () => Pick<TestCluster, 'administrator' | 'client'>;
  /** Into the virtual cluster, in which there is nothing yet. */
  readonly inside: () => Promise<{ readonly tenant: Kubernetes; readonly administrator: Kubernetes }>;
}

const inside: Place = { kind: 'virtual-cluster', customApiGroups: [], nodes: 'shared' };

/** A tenant's namespace, into a virtual cluster of the real vcluster, and into a namespace again. */
export function testTransfer({ tenantId, namespace, host, inside: connect }: Sides): void {
  test('a namespace goes into it and comes out again as it was', async () => {
    const { administrator } = host();
    const source = await workspaceIn(host(), { tenantId, generation: 2 });
    const back = await workspaceIn(host(), { tenantId, generation: 3 });
    const made = namespaced(source.namespace, tenantId);
    await make(source.tenant, made);
    const claims = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };
    await eventually(async () =>
      expect(await administrator.list(claims, { namespace: source.namespace })).toHaveLength(2),
    );
    const portable = async (from: Place) =>
      planTransfer(await listTenantObjects(administrator, from), { source: from, target: source.place }).objects;

    const virtual = await connect();
    const found = await listTenantObjects(administrator, source.place);
    const there = planTransfer(found, { source: source.place, target: inside });
    expectSame((await transferObjects(virtual.tenant, withoutWorkloads(there), { mirror: inside })).comparison);
    expect(await podsOf(administrator, namespace, source.namespace)).toEqual([]);
    expectSame((await transferObjects(virtual.tenant, there, { mirror: inside })).comparison);
    expect((await transferObjects(virtual.tenant, there, { mirror: inside })).written).toBe(0);
    await eventually(async () =>
      expect((await podsOf(administrator, namespace, source.namespace)).length).toBeGreaterThan(0),
    );

    // All that is in it, by whomever it was made.
    const now = await listTenantObjects(virtual.administrator, inside);
    const home = planTransfer(now, { source: inside, target: back.place });
    expect(home.obstacles).toEqual([]);
    expectSame((await transferObjects(back.tenant, home, { mirror: back.place })).comparison);
    const before = await portable(source.place);
    // And the claim of its StatefulSet.
    expect(before).toHaveLength(made.length + 1);
    expect(await portable(back.place)).toEqual(before);

    await virtual.tenant.delete({ apiVersion: 'v1', kind: 'Namespace', name: source.namespace });
    for (const name of [source.namespace, back.namespace])
      await administrator.delete({ apiVersion: 'v1', kind: 'Namespace', name });
    await eventually(async () => expect(await podsOf(administrator, namespace, source.namespace)).toEqual([]));
  });
}

/** Names of the pods on the host that are synced from the namespace inside. */
async function podsOf(host: Kubernetes, namespace: string, insideOf: string): Promise<string[]> {
  const labelSelector = `vcluster.loft.sh/namespace=${insideOf}`;
  const pods = await host.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace, labelSelector });
  return pods.map(({ metadata }) => metadata.name);
}
