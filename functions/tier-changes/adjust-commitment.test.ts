import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Demand } from '../../tenancy/clusters/capacity.ts';
import { getCluster, takePlace } from '../clusters/cluster-store.ts';
import { placeAttributes } from '../clusters/join-shared-cluster.ts';
import { leaveSharedCluster } from '../clusters/release-cluster.ts';
import { createLedger, readLedger } from '../operations/ledger-store.ts';
import type { Table } from '../runtime/table.ts';
import { emptyTable, localTable } from '../testing/local-table.ts';
import { adjustCommitment, largestOf } from './adjust-commitment.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
beforeEach(() => emptyTable(table));
afterAll(() => close());

const small: Demand = { cpuMillis: 2_000, memoryMebibytes: 4_096 };
const large: Demand = { cpuMillis: 6_000, memoryMebibytes: 2_048 };
const capacity = { tenants: 10, cpuMillis: 10_000, memoryMebibytes: 16_384 };

async function join(tenantId: string, demand: Demand, generation = 1): Promise<void> {
  await takePlace(table, 'shared-1', generation === 1 ? tenantId : `${tenantId}--${generation}`, demand, capacity);
  await createLedger(table, { tenantId, operationId: 'onboard', generation }).created('cluster', 'shared-1', {
    ...placeAttributes(demand),
    accountId: '111111111111',
  });
}

const adjust = (wanted: (held: Demand) => Demand, tenantId = 'acme', generation = 1) =>
  adjustCommitment(table, { tenantId, operationId: 'change', generation, cluster: 'shared-1', capacity, wanted });

async function totals() {
  const { cpuMillis, memoryMebibytes } = (await getCluster(table, 'shared-1')) ?? {};
  return { cpuMillis, memoryMebibytes };
}

describe('what is committed to a tenant that stays', () => {
  it('is raised and lowered, and twice is once; the ledger keeps what else it said', async () => {
    await join('acme', small);
    await join('other', small);
    const both = (held: Demand) => largestOf(held, large);
    for (let again = 0; again < 2; again++) {
      expect(await adjust(both)).toEqual({ cpuMillis: 6_000, memoryMebibytes: 4_096 });
      expect(await totals()).toEqual({ cpuMillis: 8_000, memoryMebibytes: 8_192 });
    }
    for (let again = 0; again < 2; again++) {
      await adjust(() => large);
      expect(await totals()).toEqual({ cpuMillis: 8_000, memoryMebibytes: 6_144 });
    }
    const [entry] = await readLedger(table, 'acme');
    expect(entry?.attributes).toEqual({ cpuMillis: '6000', memoryMebibytes: '2048', accountId: '111111111111' });
  });

  it('is refused when the cluster has no room, and then nothing was changed', async () => {
    await join('acme', small);
    await join('other', { cpuMillis: 5_000, memoryMebibytes: 1 });
    const before = await getCluster(table, 'shared-1');
    await expect(adjust(() => large)).rejects.toMatchObject({
      name: 'NoClusterCapacity',
      message:
        'The shared cluster shared-1 has no room to grow in: 4000 thousandths of a core more are needed, 3000 are left.',
    });
    expect(await getCluster(table, 'shared-1')).toEqual(before);
  });

  it('is lowered also in a cluster that holds more than it may by now', async () => {
    await join('acme', small);
    const less = { cpuMillis: 1_000, memoryMebibytes: 1_024 };
    const wanted = () => less;
    await adjustCommitment(table, {
      tenantId: 'acme',
      operationId: 'change',
      generation: 1,
      cluster: 'shared-1',
      capacity: { tenants: 1, cpuMillis: 500, memoryMebibytes: 1 },
      wanted,
    });
    expect(await totals()).toEqual(less);
  });

  it('never passes the capacity, however many grow at once', async () => {
    const tenants = Array.from({ length: 5 }, (_, n) => `t-${n}`);
    for (const tenantId of tenants) await join(tenantId, { cpuMillis: 1_000, memoryMebibytes: 1 });
    const grown = await Promise.allSettled(
      tenants.map((tenantId) => adjust(() => ({ cpuMillis: 3_000, memoryMebibytes: 1 }), tenantId)),
    );
    expect(grown.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(await totals()).toEqual({ cpuMillis: 9_000, memoryMebibytes: 5 });
  });

  it('is what is given back, also when the ledger was not told, and is forgotten then', async () => {
    await join('acme', small);
    await adjust(() => large);
    const ledger = createLedger(table, { tenantId: 'acme', operationId: 'release', generation: 1 });
    // By the entry of before.
    await leaveSharedCluster(table, ledger, { tenantId: 'acme', generation: 1, name: 'shared-1', ...small });
    expect(await totals()).toEqual({ cpuMillis: 0, memoryMebibytes: 0 });
    await join('acme', small);
    expect((await getCluster(table, 'shared-1'))?.changed.size).toBe(0);
    await leaveSharedCluster(table, ledger, { tenantId: 'acme', generation: 1, name: 'shared-1', ...small });
    expect(await totals()).toEqual({ cpuMillis: 0, memoryMebibytes: 0 });
  });

  it('belongs to one placement of the tenant', async () => {
    await join('acme', small);
    await join('acme', { cpuMillis: 100, memoryMebibytes: 100 }, 2);
    await adjust(() => ({ cpuMillis: 200, memoryMebibytes: 200 }), 'acme', 2);
    expect(await totals()).toEqual({ cpuMillis: 2_200, memoryMebibytes: 4_296 });
  });

  it('is a defect for a tenant without a place there', async () => {
    await expect(adjust(() => small, 'stranger')).rejects.toThrow('has no place in the cluster shared-1');
  });
});
