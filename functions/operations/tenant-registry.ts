import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { CatalogueError } from '../../tenancy/errors.ts';
import { type Asked, obstacle, operationOf } from '../../tenancy/operations.ts';
import type { Tenant, TenantState } from '../../tenancy/tenant.ts';
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
 * Registers the tenant for onboarding. Succeeds again for the same operation, for an id whose onboarding failed
 * earlier, and for one whose tombstone has passed, if the owner is the same. Throws `TenantNotOwned`, `TenantExists` or
 * `TenantIdRetired` otherwise. `createdAt` is the moment that the tombstone is judged by.
 */
export async function registerTenant(table: Table, tenant: Omit<Tenant, 'operation'>): Promise<void> {
  const operation = operationOf('onboard');
  const onboardable = placeholders(operation.from);
  try {
    await table.client.send(
      new PutCommand({
        TableName: table.name,
        // `entity` is the partition of the index that lists all tenants.
        Item: { ...key(tenant.tenantId), entity: 'TENANT', ...tenant, operation: operation.name },
        ConditionExpression: `attribute_not_exists(pk) OR (#owner = :owner AND (operationId = :operation OR #state IN (${Object.keys(onboardable).join(', ')}) OR (#state = :deprovisioned AND tombstoneUntil <= :now)))`,
        ExpressionAttributeNames: { '#owner': 'owner', '#state': 'state' },
        ExpressionAttributeValues: {
          ':operation': tenant.operationId,
          ':owner': tenant.owner,
          ':deprovisioned': 'DEPROVISIONED' satisfies TenantState,
          ':now': tenant.createdAt,
          ...onboardable,
        },
      }),
    );
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    const { tenantId, owner, operationId, createdAt: now } = tenant;
    throw refusal({ operation, owner, operationId, now }, await getTenant(table, tenantId));
  }
}

/**
 * Changes state and facts of the tenant, if the operation is still its current one; facts that are `undefined` are
 * removed. Throws `OperationSuperseded` if another operation has taken over.
 */
export async function updateTenant(
  table: Table,
  operation: { tenantId: string; operationId: string },
  state: TenantState,
  facts: Partial<Tenant> = {},
): Promise<void> {
  const changes = Object.entries({ ...facts, state, updatedAt: new Date().toISOString() });
  const part = (present: boolean, text: (index: number) => string) =>
    changes.flatMap(([, value], index) => ((value !== undefined) === present ? [text(index)] : [])).join(', ');
  const removed = part(false, (index) => `#n${index}`);
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(operation.tenantId),
        UpdateExpression: `SET ${part(true, (index) => `#n${index} = :v${index}`)}${removed && ` REMOVE ${removed}`}`,
        ConditionExpression: 'operationId = :operation',
        ExpressionAttributeNames: Object.fromEntries(changes.map(([name], index) => [`#n${index}`, name])),
        ExpressionAttributeValues: {
          ':operation': operation.operationId,
          ...Object.fromEntries(
            changes.flatMap(([, value], index) => (value === undefined ? [] : [[`:v${index}`, value]])),
          ),
        },
      }),
    );
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    throw new CatalogueError(
      'OperationSuperseded',
      `Operation ${operation.operationId} is no longer the current one of tenant "${operation.tenantId}".`,
    );
  }
}

/** The tenant's record, if the operation is still its current one. Throws `OperationSuperseded` otherwise. */
export async function expectCurrent(
  table: Table,
  { tenantId, operationId }: { tenantId: string; operationId: string },
): Promise<Tenant> {
  const tenant = await getTenant(table, tenantId);
  if (tenant?.operationId === operationId) return tenant;
  throw new CatalogueError(
    'OperationSuperseded',
    `Operation ${operationId} is no longer the current one of tenant "${tenantId}".`,
  );
}

/** `:state0` -> state, for an IN of a condition. */
export function placeholders(states: readonly TenantState[]): Record<string, TenantState> {
  return Object.fromEntries(states.map((state, index) => [`:state${index}`, state]));
}

/** The error for what a conditional write refused, by the record that is there now. */
export function refusal(asked: Asked, tenant: Tenant | undefined): CatalogueError {
  const found = obstacle(asked, tenant);
  if (found) return new CatalogueError(found.error, found.message);
  // The record changed between the write and the look: the next try meets it as it is now.
  return new CatalogueError('AwsUnavailable', 'The record of the tenant is being changed by others too.');
}
