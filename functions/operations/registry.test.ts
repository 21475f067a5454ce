import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseOrder } from '../../tenancy/ledger.ts';
import { operationOf } from '../../tenancy/operations.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { Table } from '../runtime/table.ts';
import { localTable } from '../testing/local-table.ts';
import { type Beginning, beginOperation } from './begin-operation.ts';
import { createLedger, readLedger } from './ledger-store.ts';
import { getTenant, registerTenant, updateTenant } from './tenant-registry.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterAll(() => close());

const tenant = (tenantId: string, over: Partial<Tenant> = {}): Tenant => ({
  operation: 'onboard',
  tenantId,
  generation: 1,
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

  it('keeps the id of a deprovisioned tenant until its tombstone has passed, and says until when', async () => {
    await registerTenant(table, tenant('retired'));
    const tombstoneUntil = '2027-02-20T00:00:00.000Z';
    await updateTenant(table, { tenantId: 'retired', operationId: 'operation-1' }, 'DEPROVISIONED', { tombstoneUntil });
    const again = (createdAt: string) =>
      registerTenant(table, tenant('retired', { operationId: 'operation-2', createdAt }));
    await expect(again('2027-02-19T23:59:59.999Z')).rejects.toMatchObject({
      name: 'TenantIdRetired',
      message: expect.stringContaining(tombstoneUntil),
    });
    await again(tombstoneUntil);
    const registered = await getTenant(table, 'retired');
    expect(registered).toMatchObject({ state: 'ONBOARDING', operationId: 'operation-2' });
    expect(registered).not.toHaveProperty('tombstoneUntil');
  });

  it('refuses changes by an operation that is no longer the current one', async () => {
    await registerTenant(table, tenant('stale'));
    await expect(updateTenant(table, { tenantId: 'stale', operationId: 'operation-0' }, 'READY')).rejects.toMatchObject(
      { name: 'OperationSuperseded' },
    );
  });
});

describe('beginOperation', () => {
  const asked = (tenantId: string, over: Partial<Beginning> = {}): Beginning => ({
    tenantId,
    operationId: 'operation-2',
    executionArn: 'arn:2',
    correlationId: 'operation-2',
    owner: 'saas.shop',
    ...over,
  });
  const ready = async (tenantId: string, facts: Partial<Tenant> = {}) => {
    await registerTenant(table, tenant(tenantId));
    await updateTenant(table, { tenantId, operationId: 'operation-1' }, 'READY', facts);
  };
  const [deprovision, suspend] = [operationOf('deprovision'), operationOf('suspend')];

  it('takes the record over and remembers the state that it found, once and twice', async () => {
    await ready('begins', { cancelledBy: 'earlier', graceToken: 'earlier' });
    await beginOperation(table, deprovision, asked('begins'));
    await beginOperation(table, deprovision, asked('begins'));
    const begun = await getTenant(table, 'begins');
    expect(begun).toMatchObject({ state: 'DELETION_PENDING', stateBefore: 'READY', operation: 'deprovision' });
    expect(begun).toMatchObject({ operationId: 'operation-2', executionArn: 'arn:2' });
    expect(Object.keys(begun ?? {})).not.toEqual(expect.arrayContaining(['cancelledBy']));
    expect(Object.keys(begun ?? {})).not.toEqual(expect.arrayContaining(['graceToken']));
  });

  it('refuses who is not the owner, a tenant that nobody knows, one that is protected, and one in another state', async () => {
    await ready('refuses', { deletionProtection: true });
    const refused = (name: string) => expect.objectContaining({ name });
    await expect(beginOperation(table, suspend, asked('refuses', { owner: 'saas.other' }))).rejects.toEqual(
      refused('TenantNotOwned'),
    );
    await expect(beginOperation(table, suspend, asked('nobody'))).rejects.toEqual(refused('TenantUnknown'));
    await expect(beginOperation(table, deprovision, asked('refuses'))).rejects.toEqual(refused('TenantProtected'));
    await expect(beginOperation(table, operationOf('resume'), asked('refuses'))).rejects.toEqual(
      refused('TenantStateConflict'),
    );
    expect(await getTenant(table, 'refuses')).toMatchObject({ state: 'READY', operationId: 'operation-1' });
    await beginOperation(table, suspend, asked('refuses'));
  });

  it('does not take an event that uses the id of the onboarding for the onboarding', async () => {
    await ready('same-event');
    await beginOperation(table, suspend, asked('same-event', { operationId: 'operation-1' }));
    expect(await getTenant(table, 'same-event')).toMatchObject({ operation: 'suspend', state: 'SUSPENDING' });
  });

  it('lets one of two that begin at once begin', async () => {
    await ready('two');
    const both = await Promise.allSettled(
      ['operation-2', 'operation-3'].map((operationId) =>
        beginOperation(table, suspend, asked('two', { operationId })),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

it('the ledger knows what was only planned, and releases the newest first', async () => {
  const ledger = createLedger(table, { tenantId: 'ledger', operationId: 'operation-1', generation: 1 });
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
