import { expect, test } from 'vitest';
import { expectSame } from '../../functions/transfer/expect-same.ts';
import { listTenantObjects } from '../../functions/transfer/list-tenant-objects.ts';
import { transferObjects } from '../../functions/transfer/transfer-objects.ts';
import { planTransfer, type TransferPlan, withoutWorkloads } from '../../tenancy/transfer/plan.ts';
import { type NodePoolSettings, nodePlacement } from '../../tenancy/workspace/node-pools.ts';
import { basicNumbers } from '../../tenancy/workspace/numbers.ts';
import { eventually } from './eventually.ts';
import type { TestCluster } from './test-cluster.ts';
import { make, own, type TestWorkspace, workspaceIn } from './transfer-clusters.ts';
import { namespaced } from './transfer-workload.ts';

interface Given {
  readonly cluster: () => TestCluster;
  /** A tier that has nodes of its own, beside `basic`, which has none. */
  readonly tier: string;
  readonly nodePool: NodePoolSettings;
}

/** What a change of tier asks of a transfer. */
export function testTransferOfTiers({ cluster, tier, nodePool }: Given): void {
  const workspace = (tenantId: string, generation: number) => workspaceIn(cluster(), { tenantId, generation });
  const planBetween = async (source: TestWorkspace, target: TestWorkspace): Promise<TransferPlan> =>
    planTransfer(await listTenantObjects(cluster().administrator, source.place), {
      source: source.place,
      target: target.place,
    });

  test('what runs comes last where the data has to be brought first: claims are there, and nobody has used them', async () => {
    const [source, target] = [await workspace('stark', 1), await workspace('stark', 2)];
    await make(source.tenant, namespaced(source.namespace, 'stark'));
    const plan = await planBetween(source, target);
    const first = await transferObjects(target.tenant, withoutWorkloads(plan), { mirror: target.place });
    expectSame(first.comparison);
    const kinds = async () => new Set((await own(target.place, cluster().administrator)).map(({ kind }) => kind));
    expect([...(await kinds())]).toEqual(expect.arrayContaining(['PersistentVolumeClaim', 'Service', 'Secret']));
    for (const kind of ['Deployment', 'StatefulSet', 'Job', 'CronJob', 'Pod'])
      expect(await kinds()).not.toContain(kind);
    const { written, comparison } = await transferObjects(target.tenant, plan, { mirror: target.place });
    expectSame(comparison);
    expect(written).toBe(5);
  });

  test('to a tier with nodes of its own and back: the pods are admitted on both sides, and all is as it was', async () => {
    const [source, back] = [await workspace('wayne', 1), await workspace('wayne', 3)];
    const numbers = { ...basicNumbers, nodePool };
    const gold = await workspaceIn(cluster(), { tenantId: 'wayne', generation: 2, tier }, numbers);
    await make(source.tenant, namespaced(source.namespace, 'wayne'));
    const pods = async ({ namespace }: TestWorkspace) => {
      const found = await cluster().administrator.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace });
      expect(found.filter(({ metadata }) => /^(web|db)-/.test(metadata.name))).toHaveLength(3);
      return found;
    };
    const there = await planBetween(source, gold);
    expectSame((await transferObjects(gold.tenant, there)).comparison);
    expect((await transferObjects(gold.tenant, there)).written).toBe(0);
    const { nodeSelector, tolerations } = nodePlacement(tier);
    for (const { spec } of await eventually(() => pods(gold)))
      expect(spec).toMatchObject({ nodeSelector, tolerations: expect.arrayContaining([...tolerations]) });
    const home = await planBetween(gold, back);
    expect(JSON.stringify(home.objects)).not.toContain('tenantry.dev/tier');
    expectSame((await transferObjects(back.tenant, home)).comparison);
    await eventually(() => pods(back));
    const same = async (from: TestWorkspace) => (await planBetween(from, source)).objects;
    expect(await same(back)).toEqual(await same(source));
  });
}
