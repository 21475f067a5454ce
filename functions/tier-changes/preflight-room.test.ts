import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Placement } from '../../events/placement.ts';
import { clustersConfig } from '../../tenancy/clusters/config.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { basicNumbers } from '../../tenancy/workspace/numbers.ts';
import { planAccount, transition } from '../accounts/account-store.ts';
import { getCluster, givePlaceBack, recordAddedCluster, recordMade, takePlace } from '../clusters/cluster-store.ts';
import { placeAttributes } from '../clusters/join-shared-cluster.ts';
import { pauseGate } from '../operations/gate.ts';
import { createLedger } from '../operations/ledger-store.ts';
import type { Table } from '../runtime/table.ts';
import { emptyTable, localTable } from '../testing/local-table.ts';
import { adjustCommitment } from './adjust-commitment.ts';
import { checkTierChange } from './check-tier-change.ts';
import type { PreflightWorld } from './preflight.ts';
import { change, emptyWorld, PLATFORM, tiers } from './testing/preflight-world.ts';
import { refusal } from './testing/refusal.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
beforeEach(() => emptyTable(table));
afterAll(() => close());

const dedicated: Placement = { account: 'dedicated', workspace: 'namespace' };
const vcluster: Placement = { account: 'pooled', workspace: 'vcluster' };
const cluster: Placement = { account: 'pooled', workspace: 'cluster' };

describe('capacity', () => {
  const demand = { cpuMillis: 2_000, memoryMebibytes: 4_096 };
  const fill = (cpuMillis: number, member = 'other') =>
    takePlace(table, 'shared-1', member, { cpuMillis, memoryMebibytes: 1 }, { tenants: 10 });

  it('refuses when no shared cluster has room for the new placement', async () => {
    await fill(19_000);
    expect(await refusal(emptyWorld(table), change('moved', vcluster), tiers())).toContain(
      'A place for 2 cores and 4096 MiB is needed: No shared cluster has room: shared-1 (10).',
    );
    expect((await getCluster(table, 'shared-1'))?.members).toEqual(new Set(['other']));
  });

  it('passes where a cluster would be added', async () => {
    await fill(19_000);
    const world = emptyWorld(table);
    const added = { maximum: 1, capacity: 10, subnetIds: ['subnet-1', 'subnet-2'] };
    const shared = { ...world.shared, settings: clustersConfig.parse({ publicAccessCidrs: [], added }) };
    const nobody = async (name: string) => Promise.reject(new CatalogueError('ClusterFailed', name));
    await checkTierChange({ ...world, shared, sharedCluster: nobody }, change('moved', vcluster), tiers());
    // Recorded, and on its way: there is nothing in it to look at.
    await recordAddedCluster(table, 'tenantry-shared-1', 1);
    await checkTierChange({ ...world, shared, sharedCluster: nobody }, change('moved', vcluster), tiers());
    await recordMade(table, 'tenantry-shared-1');
    await expect(
      checkTierChange({ ...world, shared, sharedCluster: nobody }, change('moved', vcluster), tiers()),
    ).rejects.toMatchObject({ name: 'ClusterFailed', message: 'tenantry-shared-1' });
  });

  it('needs only the difference in place', async () => {
    await takePlace(table, 'shared-1', 'acme', demand, { tenants: 10 });
    await fill(15_000);
    const compute = { ...basicNumbers.compute, 'requests.cpu': '5' };
    await checkTierChange(emptyWorld(table), change('in-place'), tiers({ compute }));
    const more = tiers({ compute: { ...compute, 'requests.cpu': '6' } });
    expect(await refusal(emptyWorld(table), change('in-place'), more)).toContain(
      'the shared cluster shared-1 has 3000 thousandths of a core left, and 4000 more are needed: 1000 are missing',
    );
  });

  it('goes by what is committed to the tenant now, not by what it came with', async () => {
    await takePlace(table, 'shared-1', 'acme', demand, { tenants: 10 });
    const operation = { tenantId: 'acme', operationId: 'change', generation: 1 };
    await createLedger(table, operation).created('cluster', 'shared-1', placeAttributes(demand));
    const wanted = () => ({ ...demand, cpuMillis: 6_000 });
    await adjustCommitment(table, { ...operation, cluster: 'shared-1', capacity: { tenants: 10 }, wanted });
    await fill(13_000);
    const compute = { ...basicNumbers.compute, 'requests.cpu': '7' };
    await checkTierChange(emptyWorld(table), change('in-place'), tiers({ compute }));
  });

  describe('that a placement has which an earlier change left', () => {
    const left = { tenantId: 'acme', operationId: 'onboard', generation: 1 };
    const request = {
      ...change('moved', vcluster),
      from: { ...change('moved', vcluster).from, generation: 2 },
      to: { ...change('moved', vcluster).to, generation: 3 },
    };
    const kept = { generation: 1 };
    const missing = 'No shared cluster has room: shared-1 (10).';
    const came = async (state: 'CREATED' | 'DELETED' = 'CREATED') => {
      await takePlace(table, 'shared-1', 'acme', demand, { tenants: 10 });
      const ledger = createLedger(table, left);
      await ledger.created('cluster', 'shared-1', placeAttributes(demand));
      if (state === 'DELETED') await ledger.deleted('cluster', 'shared-1');
    };

    it('is free for the new one: that placement is released first', async () => {
      await came();
      await fill(17_000);
      expect(await refusal(emptyWorld(table), request, tiers())).toContain(missing);
      await checkTierChange(emptyWorld(table), { ...request, kept }, tiers());
      await fill(1_000, 'another');
      await checkTierChange(emptyWorld(table), { ...request, kept }, tiers());
      expect((await getCluster(table, 'shared-1'))?.members).toContain('acme');
    });

    it('is as large as what is committed to it now', async () => {
      await came();
      const wanted = () => ({ ...demand, cpuMillis: 1_000 });
      await adjustCommitment(table, { ...left, cluster: 'shared-1', capacity: { tenants: 10 }, wanted });
      await fill(18_000);
      await checkTierChange(emptyWorld(table), { ...request, kept }, tiers());
      await fill(500, 'another');
      expect(await refusal(emptyWorld(table), { ...request, kept }, tiers())).toContain(missing);
    });

    it('is one of the cluster’s tenants', async () => {
      await came();
      for (let index = 0; index < 9; index++) await fill(1, `other-${index}`);
      expect(await refusal(emptyWorld(table), request, tiers())).toContain(missing);
      await checkTierChange(emptyWorld(table), { ...request, kept }, tiers());
    });

    it('is not there any more when it was released: nothing is counted twice', async () => {
      await came('DELETED');
      await givePlaceBack(table, 'shared-1', 'acme', demand);
      await fill(19_000);
      expect(await refusal(emptyWorld(table), { ...request, kept }, tiers())).toContain(missing);
      // Between giving the place back and the ledger.
      await createLedger(table, left).created('cluster', 'shared-1', placeAttributes(demand));
      expect(await refusal(emptyWorld(table), { ...request, kept }, tiers())).toContain(missing);
    });
  });

  it('counts the clusters of the region where the tenant is to have one of its own', async () => {
    await checkTierChange(emptyWorld(table, { countClusters: async () => 99 }), change('moved', cluster), tiers());
    const full = emptyWorld(table, { countClusters: async () => 100 });
    expect(await refusal(full, change('moved', cluster), tiers())).toContain(
      `the account ${PLATFORM} has 100 EKS clusters in the region, as many as AWS allows (100)`,
    );
  });
});

describe('accounts', () => {
  const paused = () =>
    pauseGate(table, 'account-creation', {
      holderId: 'x',
      reason: 'AccountCreationBlocked: ACCOUNT_LIMIT_EXCEEDED',
      since: '2026-11-01T00:00:00.000Z',
    });
  const text =
    'the pool has no account, and creating accounts is paused since 2026-11-01T00:00:00.000Z (AccountCreationBlocked: ACCOUNT_LIMIT_EXCEEDED; 0 wait)';

  it('are needed in the configuration', async () => {
    const world = emptyWorld(table, { vending: false });
    expect(await refusal(world, change('moved', dedicated), tiers())).toContain('the configuration has no "accounts"');
  });

  it('are refused while creating them is paused, unless the pool has one or the tenant its own', async () => {
    await checkTierChange(emptyWorld(table), change('moved', dedicated), tiers());
    await paused();
    expect(await refusal(emptyWorld(table), change('moved', dedicated), tiers())).toContain(text);
    await checkTierChange(
      emptyWorld(table),
      change('moved', dedicated, { account: 'dedicated', workspace: 'vcluster' }),
      tiers(),
    );
    const at = '2026-01-01T00:00:00.000Z';
    const stock = {
      accountName: 'tenantry-1',
      email: 'a@example.com',
      alias: 0,
      plannedAt: at,
      failures: 0,
      updatedAt: at,
    };
    await planAccount(table, { ...stock, state: 'PLANNED' });
    await transition(table, 'tenantry-1', ['PLANNED'], 'AVAILABLE', { accountId: '333333333333' });
    await checkTierChange(emptyWorld(table), change('moved', dedicated), tiers());
  });
});

describe('names', () => {
  it('are refused when somebody else has the namespace', async () => {
    const world = emptyWorld(table);
    await world.cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tenant-acme--2' } });
    expect(await refusal(world, change('moved', vcluster), tiers())).toContain(
      "Namespace tenant-acme--2 exists and is not tenant acme's",
    );
  });

  it('are refused when somebody else has the stack or the cluster, and not when they are ours from an earlier try', async () => {
    const answers = (owner: string): Partial<PreflightWorld> => ({
      stacksIn: () =>
        ({ send: async () => ({ Stacks: [{ Tags: [{ Key: 'tenantry:tenant', Value: owner }] }] }) }) as never,
      eksIn: () => ({ send: async () => ({ cluster: { tags: { 'tenantry:tenant': owner } } }) }) as never,
    });
    await checkTierChange(emptyWorld(table, answers('acme')), change('moved', cluster), tiers());
    const message = await refusal(emptyWorld(table, answers('other')), change('moved', cluster), tiers());
    expect(message).toContain('The stack tenantry-foundation-acme--2 exists and is not tagged tenantry:tenant=acme');
    expect(message).toContain('The cluster tenantry-tenant-acme--2 exists and is not tagged tenantry:tenant=acme');
  });
});
