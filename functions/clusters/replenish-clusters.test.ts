import { ListAccessEntriesCommand, ListClustersCommand } from '@aws-sdk/client-eks';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CatalogueError } from '../../tenancy/errors.ts';
import type { Table } from '../runtime/table.ts';
import { type LocalEks, localEks } from '../testing/local-eks.ts';
import { localTable } from '../testing/local-table.ts';
import { seededRandom } from '../testing/random.ts';
import { clusterKey, givePlaceBack, listClusters, recordMade, takePlace } from './cluster-store.ts';
import { ensureAddedCluster } from './ensure-cluster.ts';
import { capacitiesOf, type SharedClusters } from './join-shared-cluster.ts';
import { replenishClusters } from './replenish-clusters.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterEach(async () => {
  for (const { name } of await listClusters(table))
    await table.client.send(new DeleteCommand({ TableName: table.name, Key: clusterKey(name) }));
});
afterAll(() => close());

const demand = { cpuMillis: 1_000, memoryMebibytes: 1_024 };
const subnetIds = ['subnet-0a', 'subnet-0b'];

/** One cluster of ten places; each that is added has five. */
function clusters(prefix: string, maximum = 3): SharedClusters {
  return {
    existing: [{ name: `${prefix}-a`, capacity: 10 }],
    settings: { share: 1, spread: 'fullest', added: { maximum, capacity: 100, cpu: '5', subnetIds } },
    addedName: (n) => `${prefix}-shared-${n}`,
  };
}

/** Clusters that are there when they were asked for twice. */
function slowMaker() {
  const asked = new Map<string, number>();
  return {
    asked,
    async make(name: string) {
      const times = (asked.get(name) ?? 0) + 1;
      asked.set(name, times);
      if (times < 2) throw new CatalogueError('StillCreating', `${name} is CREATING`);
      await recordMade(table, name);
    },
  };
}

const fill = async (shared: SharedClusters, cluster: string, tenants: number) => {
  for (let n = 0; n < tenants; n++)
    await takePlace(table, cluster, `${cluster}-tenant-${n}#1`, demand, capacitiesOf(shared)(cluster));
};
const addedOf = async (prefix: string) =>
  (await listClusters(table))
    .filter(({ name, added }) => added !== undefined && name.startsWith(prefix))
    .map(({ name }) => name)
    .sort();

describe('shared clusters ahead of need', () => {
  it('adds none while there is room, one as soon as there is less, and counts it while it is being made', async () => {
    const shared = clusters('ahead');
    const { make } = slowMaker();
    const visit = () => replenishClusters(table, shared, { ahead: 4, demand, make });
    expect(await visit()).toMatchObject({ free: 10, coming: 0, added: [], making: [] });
    await fill(shared, 'ahead-a', 7);
    expect(await visit()).toEqual({
      free: 3,
      coming: 5,
      added: ['ahead-shared-1'],
      made: [],
      making: ['ahead-shared-1'],
      failed: [],
    });
    expect(await visit()).toMatchObject({ free: 8, coming: 0, added: [], made: ['ahead-shared-1'] });
    expect(await visit()).toMatchObject({ free: 8, added: [], made: [] });
    expect(await addedOf('ahead')).toEqual(['ahead-shared-1']);
  });

  it('adds as many as the room takes, none beyond the maximum, and says why there is less', async () => {
    const shared = clusters('most', 2);
    const report = await replenishClusters(table, shared, { ahead: 100, demand, make: async () => undefined });
    expect(report).toMatchObject({ added: ['most-shared-1', 'most-shared-2'], free: 20 });
    expect(report.short).toMatch(/No shared cluster has room.*2 were added/);
  });

  it('adds none that would be too small for the tenants it is for', async () => {
    const shared = clusters('small');
    const large = { cpuMillis: 6_000, memoryMebibytes: 0 };
    const report = await replenishClusters(table, shared, { ahead: 11, demand: large, make: async () => undefined });
    expect(report).toMatchObject({ added: [], short: expect.stringContaining('too small') });
  });

  it('twice at once is once', async () => {
    const shared = clusters('twice');
    await fill(shared, 'twice-a', 9);
    const { make } = slowMaker();
    const visits = Array.from({ length: 8 }, () => replenishClusters(table, shared, { ahead: 4, demand, make }));
    const reports = await Promise.all(visits);
    expect(reports.flatMap(({ added }) => added)).toEqual(['twice-shared-1']);
    expect(await addedOf('twice')).toEqual(['twice-shared-1']);
  });

  it('goes on with a cluster that a visit which died had recorded, and with the others when one fails', async () => {
    const shared = clusters('died', 2);
    await fill(shared, 'died-a', 10);
    await expect(
      replenishClusters(table, shared, { ahead: 6, demand, make: () => Promise.reject(new Error('killed')) }),
    ).resolves.toMatchObject({ failed: [{ error: 'UnexpectedError: Error: killed' }, {}] });
    const make = async (name: string) => {
      if (name.endsWith('1')) throw new CatalogueError('ClusterFailed', 'no addresses left in the subnets');
      await recordMade(table, name);
    };
    expect(await replenishClusters(table, shared, { ahead: 6, demand, make })).toEqual({
      free: 5,
      coming: 0,
      added: [],
      made: ['died-shared-2'],
      making: [],
      failed: [{ name: 'died-shared-1', error: 'ClusterFailed: no addresses left in the subnets' }],
    });
  });

  it.each([1, 2, 3])('keeps the room through comings and goings (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const prefix = `life-${seed}`;
    const shared = clusters(prefix, 4);
    const capacities = capacitiesOf(shared);
    const { make } = slowMaker();
    const members: { cluster: string; member: string }[] = [];
    for (let n = 0; n < 20; n++) {
      const known = [`${prefix}-a`, ...(await addedOf(prefix))];
      const cluster = known[random.below(known.length)] ?? '';
      const member = `tenant-${n}#1`;
      const leaver = random.chance(0.3) ? members.pop() : undefined;
      const [taken] = await Promise.all([
        takePlace(table, cluster, member, demand, capacities(cluster)),
        replenishClusters(table, shared, { ahead: 3, demand, make }),
        leaver && givePlaceBack(table, leaver.cluster, leaver.member, demand),
      ]);
      if (taken) members.push({ cluster, member });
      const report = await replenishClusters(table, shared, { ahead: 3, demand, make });
      expect(report.free + report.coming >= 3 || report.short !== undefined, `seed ${seed}, round ${n}`).toBe(true);
      expect((await addedOf(prefix)).length).toBeLessThanOrEqual(4);
    }
  });
});

describe('made in EKS', () => {
  let world: LocalEks;
  beforeAll(async () => {
    world = await localEks();
  });
  afterAll(() => world.close());

  it('one cluster, once, with the functions known in it, by visits that do not wait', async () => {
    const [clusterRoleArn, nodeRoleArn, administrator] = await Promise.all([
      world.role('cluster', 'eks.amazonaws.com'),
      world.role('node', 'ec2.amazonaws.com'),
      world.role('baseline', 'lambda.amazonaws.com'),
    ]);
    const shared = clusters('eks');
    await fill(shared, 'eks-a', 9);
    const make = (name: string) => {
      const tags = { 'tenantry:installation': 'tenantry' };
      const spec = { name, accountId: '111111111111', subnetIds, clusterRoleArn, nodeRoleArn, tags };
      const settings = { version: '1.35', publicAccessCidrs: ['203.0.113.0/24'] };
      return ensureAddedCluster(table, world.eks, spec, settings, { administrators: [administrator], members: [] });
    };
    const visit = () => replenishClusters(table, shared, { ahead: 2, demand, make });
    const started = world.local.cloud.clock.now();
    expect(await visit()).toMatchObject({ free: 1, coming: 5, making: ['eks-shared-1'] });
    let visits = 1;
    while ((await visit()).making.length > 0) {
      visits++;
      await world.local.cloud.clock.sleep(5 * 60_000);
    }
    expect(visits).toBeGreaterThan(1);
    expect(visits).toBeLessThanOrEqual(5);
    expect(world.local.cloud.clock.now() - started).toBeGreaterThanOrEqual(9 * 60_000);
    expect(await visit()).toMatchObject({ free: 6, coming: 0, failed: [] });
    expect((await world.eks.send(new ListClustersCommand({}))).clusters).toEqual(['eks-shared-1']);
    const entries = await world.eks.send(new ListAccessEntriesCommand({ clusterName: 'eks-shared-1' }));
    expect(entries.accessEntries).toContain(administrator);
  });
});
