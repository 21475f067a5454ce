import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { getTenant } from '../functions/operations/tenant-registry.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import type { Installation } from './installation.ts';

/** All tenants of the registry, by id. */
export async function listTenants({ table }: Installation): Promise<Tenant[]> {
  const tenants: Tenant[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        IndexName: 'by-entity',
        KeyConditionExpression: 'entity = :entity',
        ExpressionAttributeValues: { ':entity': 'TENANT' },
        ...(start && { ExclusiveStartKey: start }),
      }),
    );
    tenants.push(...((page.Items ?? []) as Tenant[]));
    start = page.LastEvaluatedKey;
  } while (start);
  return tenants;
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
