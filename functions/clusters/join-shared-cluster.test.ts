import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLedger, readLedger } from '../operations/ledger-store.ts';
import type { Table } from '../runtime/table.ts';
import { localTable } from '../testing/local-table.ts';
import { getCluster, listClusters, recordAddedCluster, recordMade } from './cluster-store.ts';
import { joinSharedCluster, type SharedClusters } from './join-shared-cluster.ts';
import { leaveSharedCluster } from './release-cluster.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterAll(() => close());

const demand = { cpuMillis: 1_000, memoryMebibytes: 1_024 };

/** Clusters under names that no other test uses. */
function clusters(prefix: string, changes: Partial<SharedClusters['settings']> = {}): SharedClusters {
  return {
    existing: [
      { name: `${prefix}-a`, capacity: 100, cpu: '5', memory: '1Ti' },
      { name: `${prefix}-b`, capacity: 3 },
    ],
    settings: { share: 1, spread: 'fullest', ...changes },
    addedName: (n) => `${prefix}-shared-${n}`,
  };
}

function join(shared: SharedClusters, tenantId: string) {
  return joinSharedCluster(table, createLedger(table, { tenantId, operationId: tenantId, generation: 1 }), shared, {
    tenantId,
    generation: 1,
    demand,
  });
}

describe('joining a shared cluster', () => {
  it('fills one after the other, by tenants and by what quotas commit, then says that there is no room', async () => {
    const shared = clusters('pack');
    const names: string[] = [];
    for (let n = 0; n < 8; n++) names.push((await join(shared, `pack-${n}`)).name);
    expect(names.map((name) => name.at(-1)).sort()).toEqual([...'aaaaabbb']);
    // Packed: once a cluster has a tenant it is filled to its end.
    expect(new Set(names.slice(0, 3)).size).toBe(1);
    await expect(join(shared, 'pack-8')).rejects.toMatchObject({ name: 'NoClusterCapacity' });
    expect((await readLedger(table, 'pack-8')).filter(({ state }) => state !== 'DELETED')).toEqual([]);
  });

  it('twice is once, also after the place was taken and nothing else was written', async () => {
    const shared = clusters('twice');
    const first = await join(shared, 'twice-1');
    expect(await join(shared, 'twice-1')).toEqual(first);
    expect(await getCluster(table, first.name)).toMatchObject({ cpuMillis: 1_000, memoryMebibytes: 1_024 });
  });

  it('never promises more than the configured share, however many ask at once, and adds clusters up to the maximum', async () => {
    const shared = clusters('rush', {
      share: 0.8,
      added: { maximum: 3, capacity: 100, cpu: '50', subnetIds: ['subnet-1', 'subnet-2'] },
    });
    const tenants = Array.from({ length: 200 }, (_, n) => `rush-${n}`);
    const outcomes = await Promise.allSettled(tenants.map((tenantId) => join(shared, tenantId)));
    // a: 4 by its cores, b: 2 by its tenants, each added one 40 by its cores.
    const inside = outcomes.filter(({ status }) => status === 'fulfilled');
    expect(inside).toHaveLength(4 + 2 + 3 * 40);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ name: 'NoClusterCapacity' });
    const records = (await listClusters(table)).filter(({ name }) => name.startsWith('rush-'));
    expect(Object.fromEntries(records.map(({ name, members }) => [name, members.size]))).toEqual({
      'rush-a': 4,
      'rush-b': 2,
      'rush-shared-1': 40,
      'rush-shared-2': 40,
      'rush-shared-3': 40,
    });
    for (const { members, cpuMillis } of records) expect(cpuMillis).toBe(members.size * 1_000);
  }, 60_000);

  it('gives a place back once, with what was committed', async () => {
    const shared = clusters('back');
    const { name } = await join(shared, 'back-1');
    await join(shared, 'back-2');
    const leave = () =>
      leaveSharedCluster(table, createLedger(table, { tenantId: 'back-1', operationId: 'x', generation: 1 }), {
        tenantId: 'back-1',
        generation: 1,
        name,
        ...demand,
      });
    await leave();
    await leave();
    const record = await getCluster(table, name);
    expect([...(record?.members ?? [])]).toEqual(['back-2']);
    expect(record?.cpuMillis).toBe(1_000);
  });

  it('lets nobody wait for a cluster that is being made while another has room, and takes it once it is there', async () => {
    const added = { maximum: 1, capacity: 100, subnetIds: ['subnet-1', 'subnet-2'] };
    const shared = clusters('making', { spread: 'emptiest', added });
    await recordAddedCluster(table, 'making-shared-1', 1);
    for (const n of [1, 2, 3]) expect((await join(shared, `making-${n}`)).added).toBe(false);
    await recordMade(table, 'making-shared-1');
    expect(await join(shared, 'making-4')).toEqual({ name: 'making-shared-1', added: true });
  });

  it('spreads where the configuration says so', async () => {
    const shared = clusters('spread', { spread: 'emptiest' });
    const names = [await join(shared, 'spread-1'), await join(shared, 'spread-2')].map(({ name }) => name);
    expect(new Set(names).size).toBe(2);
  });
});
