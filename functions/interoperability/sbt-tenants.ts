import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { getTenant } from '../operations/tenant-registry.ts';
import { conditionally, type Table } from '../runtime/table.ts';
import { slugCandidates } from './slug.ts';

/** A tenant of an SBT control plane, and which of Tenantry's it is. Written once. */
export interface SbtTenant {
  sbtTenantId: string;
  /** Tenantry's id of it. */
  tenantId: string;
  tenantRegistrationId: string;
  /** Members of the registration that provisionSuccess gives back. */
  echoed: Record<string, string>;
}

const tenantKey = (sbtTenantId: string) => ({ pk: `SBT#${sbtTenantId}`, sk: 'TENANT' });
const slugKey = (tenantId: string) => ({ pk: `SBT-SLUG#${tenantId}`, sk: 'SLUG' });

/** The tenant that SBT knows by this id, if it was ever asked for. */
export async function findBySbtId(table: Table, sbtTenantId: string): Promise<SbtTenant | undefined> {
  return (await read(table, tenantKey(sbtTenantId))) as SbtTenant | undefined;
}

/** The tenant that Tenantry knows by this id, if it is one of SBT's. */
export async function findBySlug(table: Table, tenantId: string): Promise<SbtTenant | undefined> {
  const claim = await read(table, slugKey(tenantId));
  if (!claim) return undefined;
  const tenant = await findBySbtId(table, String(claim['sbtTenantId']));
  // A slug may have been claimed and then not been taken.
  return tenant?.tenantId === tenantId ? tenant : undefined;
}

/**
 * The tenant with a tenant id of its own: the one it has, or the first of its candidates that nobody else has. However often
 * and however simultaneously it is asked for, a tenant has one id, and no two of SBT's have the same. `source` is the owner
 * of SBT's tenants. Throws an Error when all candidates are taken.
 */
export async function ensureSbtTenant(
  table: Table,
  wanted: Omit<SbtTenant, 'tenantId'> & { tenantName?: string },
  source: string,
): Promise<SbtTenant> {
  const { tenantName, ...tenant } = wanted;
  const { sbtTenantId } = tenant;
  const known = await findBySbtId(table, sbtTenantId);
  if (known) return known;
  for (const tenantId of slugCandidates(tenantName, sbtTenantId)) {
    const claim = await claimSlug(table, tenantId, sbtTenantId);
    if (claim === 'taken') continue;
    const registered = await getTenant(table, tenantId);
    // Who claimed it before the tenant was registered may find the tenant that came of it; anyone else's is not ours.
    if (registered && (claim === 'new' || registered.owner !== source)) continue;
    return record(table, { ...tenant, tenantId });
  }
  throw new Error(`Every tenant id that "${tenantName}" (${sbtTenantId}) could have is taken.`);
}

async function claimSlug(table: Table, tenantId: string, sbtTenantId: string): Promise<'new' | 'ours' | 'taken'> {
  const item = { ...slugKey(tenantId), sbtTenantId };
  if (await putOnce(table, item)) return 'new';
  return (await read(table, slugKey(tenantId)))?.['sbtTenantId'] === sbtTenantId ? 'ours' : 'taken';
}

/** What was recorded first stays. */
async function record(table: Table, tenant: SbtTenant): Promise<SbtTenant> {
  const item = { ...tenantKey(tenant.sbtTenantId), entity: 'SBT-TENANT', ...tenant };
  if (await putOnce(table, item)) return tenant;
  return (await findBySbtId(table, tenant.sbtTenantId)) ?? tenant;
}

/** False when there is an item of that key. */
export function putOnce(table: Table, item: Record<string, unknown>): Promise<boolean> {
  return conditionally(
    table,
    new PutCommand({ TableName: table.name, Item: item, ConditionExpression: 'attribute_not_exists(pk)' }),
  );
}

/** The item of that key, read consistently. */
export async function read(
  table: Table,
  key: { pk: string; sk: string },
): Promise<Record<string, unknown> | undefined> {
  const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: key, ConsistentRead: true }));
  return Item;
}
