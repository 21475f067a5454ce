import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { CatalogueError } from '../../tenancy/errors.ts';
import { ONBOARDABLE_STATES, type Tenant, type TenantState } from '../../tenancy/tenant.ts';
import { conditionFailed, type Table } from '../runtime/table.ts';

const key = (tenantId: string) => ({ pk: `TENANT#${tenantId}`, sk: 'TENANT' });

/** The tenant's record, read consistently. */
export async function getTenant(table: Table, tenantId: string): Promise<Tenant | undefined> {
  const answer = await table.client.send(
    new GetCommand({ TableName: table.name, Key: key(tenantId), ConsistentRead: true }),
  );
  return answer.Item as Tenant | undefined;
}

/**
 * Registers the tenant for onboarding. Succeeds again for the same operation, and for an id whose onboarding failed
 * earlier, if the owner is the same. Throws `TenantNotOwned` or `TenantExists` otherwise.
 */
export async function registerTenant(table: Table, tenant: Tenant): Promise<void> {
  const onboardable = Object.fromEntries(ONBOARDABLE_STATES.map((state, index) => [`:state${index}`, state]));
  try {
    await table.client.send(
      new PutCommand({
        TableName: table.name,
        // `entity` is the partition of the index that lists all tenants.
        Item: { ...key(tenant.tenantId), entity: 'TENANT', ...tenant },
        ConditionExpression: `attribute_not_exists(pk) OR (#owner = :owner AND (operationId = :operation OR #state IN (${Object.keys(onboardable).join(', ')})))`,
        ExpressionAttributeNames: { '#owner': 'owner', '#state': 'state' },
        ExpressionAttributeValues: { ':operation': tenant.operationId, ':owner': tenant.owner, ...onboardable },
      }),
    );
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    const existing = await getTenant(table, tenant.tenantId);
    if (existing?.owner !== tenant.owner)
      throw new CatalogueError('TenantNotOwned', `The tenant id "${tenant.tenantId}" belongs to another source.`);
    throw new CatalogueError(
      'TenantExists',
      `The tenant "${tenant.tenantId}" exists already (state ${existing.state}).`,
    );
  }
}

/**
 * Changes state and facts of the tenant, if the operation is still its current one. Throws `TenantExists` if another
 * operation has taken over.
 */
export async function updateTenant(
  table: Table,
  operation: { tenantId: string; operationId: string },
  state: TenantState,
  facts: Partial<Tenant> = {},
): Promise<void> {
  const changes = Object.entries({ ...facts, state, updatedAt: new Date().toISOString() });
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(operation.tenantId),
        UpdateExpression: `SET ${changes.map((_, index) => `#n${index} = :v${index}`).join(', ')}`,
        ConditionExpression: 'operationId = :operation',
        ExpressionAttributeNames: Object.fromEntries(changes.map(([name], index) => [`#n${index}`, name])),
        ExpressionAttributeValues: {
          ':operation': operation.operationId,
          ...Object.fromEntries(changes.map(([, value], index) => [`:v${index}`, value])),
        },
      }),
    );
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    throw new CatalogueError(
      'TenantExists',
      `Operation ${operation.operationId} is no longer the current one of tenant "${operation.tenantId}".`,
    );
  }
}
