import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseOrder } from '../../tenancy/ledger.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { Table } from '../runtime/table.ts';
import { localTable } from '../testing/local-table.ts';
import { createLedger, readLedger } from './ledger-store.ts';
import { getTenant, registerTenant, updateTenant } from './tenant-registry.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterAll(() => close());

const tenant = (tenantId: string, over: Partial<Tenant> = {}): Tenant => ({
  tenantId,
  state: 'ONBOARDING',
  tier: 'basic',
  placement: { account: 'pooled', workspace: 'namespace' },
  owner: 'saas.shop',
  operationId: 'operation-1',
  executionArn: 'arn:1',
  correlationId: 'operation-1',
  createdAt: '2026-11-22T00:00:00.000Z',
  updatedAt: '2026-11-22T00:00:00.000Z',
  ...over,
});

describe('registerTenant', () => {
  it('is the same once and twice for one operation', async () => {
    await registerTenant(table, tenant('twice'));
    await registerTenant(table, tenant('twice'));
    expect(await getTenant(table, 'twice')).toMatchObject({ state: 'ONBOARDING', owner: 'saas.shop' });
  });

  it('refuses an id that exists, and names whether it is somebody else’s', async () => {
    await registerTenant(table, tenant('taken'));
    await expect(registerTenant(table, tenant('taken', { operationId: 'operation-2' }))).rejects.toMatchObject({
      name: 'TenantExists',
    });
    await expect(
      registerTenant(table, tenant('taken', { operationId: 'operation-3', owner: 'saas.other' })),
    ).rejects.toMatchObject({ name: 'TenantNotOwned' });
  });

  it('does not take another source that uses the same event id for the same operation', async () => {
    await registerTenant(table, tenant('same-id'));
    const rival = registerTenant(table, tenant('same-id', { owner: 'saas.other' }));
    await expect(rival).rejects.toMatchObject({ name: 'TenantNotOwned' });
    expect(await getTenant(table, 'same-id')).toMatchObject({ owner: 'saas.shop' });
  });

  it.each(['ONBOARDING_FAILED', 'INTERRUPTED'] as const)(
    'lets the owner, and nobody else, begin again after %s',
    async (state) => {
      const id = `again-${state.toLowerCase().replace('_', '-')}`;
      await registerTenant(table, tenant(id));
      await updateTenant(table, { tenantId: id, operationId: 'operation-1' }, state);
      await expect(
        registerTenant(table, tenant(id, { operationId: 'operation-2', owner: 'saas.other' })),
      ).rejects.toMatchObject({ name: 'TenantNotOwned' });
      await registerTenant(table, tenant(id, { operationId: 'operation-2' }));
      expect(await getTenant(table, id)).toMatchObject({ operationId: 'operation-2', state: 'ONBOARDING' });
    },
  );

  it('refuses changes by an operation that is no longer the current one', async () => {
    await registerTenant(table, tenant('stale'));
    await expect(updateTenant(table, { tenantId: 'stale', operationId: 'operation-0' }, 'READY')).rejects.toMatchObject(
      { name: 'TenantExists' },
    );
  });
});

it('the ledger knows what was only planned, and releases the newest first', async () => {
  const ledger = createLedger(table, { tenantId: 'ledger', operationId: 'operation-1' });
  await ledger.created('account', 'pooled', { accountId: '111111111111' });
  await ledger.plan('foundation', 'stack');
  await ledger.created('foundation', 'stack', { roleArn: 'arn' });
  await ledger.plan('workspace', 'tenant-ledger', { clusterName: 'shared-1' });
  await ledger.plan('cluster-access', 'shared-0');
  await ledger.deleted('cluster-access', 'shared-0');
  const order = releaseOrder(await readLedger(table, 'ledger'));
  expect(order.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
    'workspace PLANNED',
    'foundation CREATED',
    'account CREATED',
  ]);
  expect(order[0]?.attributes).toEqual({ clusterName: 'shared-1' });
});
