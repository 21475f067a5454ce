import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Placement } from '../../events/placement.ts';
import type { MadePlacement } from '../../tenancy/tenant.ts';
import type { Table } from '../runtime/table.ts';
import { localTable } from '../testing/local-table.ts';
import { createLedger } from './ledger-store.ts';
import { planRelease } from './plan-release.ts';
import { registerTenant, updateTenant } from './tenant-registry.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterAll(() => close());

const pooled: Placement = { account: 'pooled', workspace: 'vcluster' };
const dedicated: Placement = { account: 'dedicated', workspace: 'vcluster' };
const operationId = 'operation-1';

interface Life {
  generation: number;
  placement: Placement;
  next?: Pick<MadePlacement, 'generation' | 'tier' | 'placement'>;
}

/** A tenant that has an account of its own and the workspaces of three placements. */
async function tenant(tenantId: string, { next, ...now }: Life): Promise<void> {
  const at = '2026-11-22T00:00:00.000Z';
  const operation = { tenantId, operationId, executionArn: 'arn:1', correlationId: operationId };
  const facts = { owner: 'saas.shop', tier: 'premium', createdAt: at, updatedAt: at };
  await registerTenant(table, { ...operation, ...facts, ...now, state: 'ONBOARDING' });
  await updateTenant(table, operation, next ? 'CHANGING_TIER' : 'READY', { next });
  await createLedger(table, { tenantId, operationId, generation: 1 }).created('account', 'dedicated', {});
  for (const generation of [1, 2, 3])
    await createLedger(table, { tenantId, operationId, generation }).created('workspace', `w-${generation}`, {});
}

/** By a retirement, unless said otherwise: no operation of the tenant's own. */
const released = async (
  tenantId: string,
  only: { generation: number; survivor: Placement },
  by = 'operation-0-retire',
) => (await planRelease(table, { tenantId, operationId: by, only })).map(({ name }) => name);

it('takes the account with the placement that was left, where the tenant lives on without one', async () => {
  await tenant('left', { generation: 2, placement: pooled });
  expect(await released('left', { generation: 1, survivor: pooled })).toEqual(['w-1', 'dedicated']);
});

it('leaves the account that the tenant has got back since the release was asked for', async () => {
  await tenant('back', { generation: 3, placement: dedicated });
  expect(await released('back', { generation: 1, survivor: pooled })).toEqual(['w-1']);
});

it('leaves the account that the tenant is about to move into, except to the operation that moves it', async () => {
  const next = { generation: 3, tier: 'premium', placement: dedicated };
  await tenant('moving', { generation: 2, placement: pooled, next });
  expect(await released('moving', { generation: 1, survivor: pooled })).toEqual(['w-1']);
  const undone = { generation: 3, survivor: pooled };
  expect(await released('moving', undone, operationId)).toEqual(['w-3', 'dedicated']);
});

it('refuses the placement that the tenant lives in', async () => {
  await tenant('home', { generation: 1, placement: dedicated });
  await expect(released('home', { generation: 1, survivor: pooled })).rejects.toMatchObject({
    name: 'TenantStateConflict',
  });
});

it('lists everything of a tenant that goes, newest first', async () => {
  await tenant('gone', { generation: 3, placement: dedicated });
  const names = (await planRelease(table, { tenantId: 'gone', operationId })).map(({ name }) => name);
  expect(names).toEqual(['w-3', 'w-2', 'w-1', 'dedicated']);
});
