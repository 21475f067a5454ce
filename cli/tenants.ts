import { getTenant } from '../functions/operations/tenant-registry.ts';
import { listEntities } from '../functions/runtime/table.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import type { Installation } from './installation.ts';

/** All tenants of the registry, by id. */
export function listTenants({ table }: Installation): Promise<Tenant[]> {
  return listEntities(table, 'TENANT');
}

/** The tenant; throws an Error naming the remedy when there is none of that id. */
export async function requireTenant(installation: Installation, tenantId: string): Promise<Tenant> {
  const tenant = await getTenant(installation.table, tenantId);
  if (!tenant)
    throw new Error(
      `There is no tenant "${tenantId}". "tenantry list" shows all; "tenantry create ${tenantId} --tier basic" makes it.`,
    );
  return tenant;
}
