import { afterAll, beforeAll, expect, it } from 'vitest';
import { localTable } from '../testing/local-table.ts';
import { readyTenant } from '../upgrades/testing/tenants.ts';
import { restorable } from './restore-workspace.ts';

let local: Awaited<ReturnType<typeof localTable>>;
beforeAll(async () => {
  local = await localTable();
  await readyTenant(local.table, 'acme');
  await readyTenant(local.table, 'asleep', { state: 'SUSPENDED' });
});
afterAll(() => local.close());

it('restores into a tenant that is ready and belongs to whom the export is given', async () => {
  expect(await restorable(local.table, { tenantId: 'acme', owner: 'saas.shop' })).toMatchObject({ tenantId: 'acme' });
});

it.each([
  ['that there is not', 'nobody', 'saas.shop', 'TenantUnknown'],
  ['of another owner', 'acme', 'saas.rival', 'TenantNotOwned'],
  ['that is not ready', 'asleep', 'saas.shop', 'TenantStateConflict'],
])('restores into no tenant %s', async (_, tenantId, owner, name) => {
  await expect(restorable(local.table, { tenantId, owner })).rejects.toMatchObject({ name });
});
