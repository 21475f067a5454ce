import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { CatalogueError } from '../../tenancy/errors.ts';
import type { Tenant, TenantState } from '../../tenancy/tenant.ts';
import type { WakeUp } from '../operations/gate.ts';
import { getTenant } from '../operations/tenant-registry.ts';
import { conditionFailed, type Table } from '../runtime/table.ts';

/** The event that cancels. */
export interface Cancellation {
  tenantId: string;
  owner: string;
  eventId: string;
}

const PENDING: TenantState = 'DELETION_PENDING';

/**
 * Cancels the deletion that is pending, in one conditional write that excludes the end of the grace period, and wakes the
 * execution that waits for that. An event that cancelled an earlier deletion cancels no later one. Throws `TenantUnknown`,
 * `TenantNotOwned`, or `TenantStateConflict` when there is no deletion that can be cancelled.
 */
export async function cancelDeletion(
  table: Table,
  { tenantId, owner, eventId }: Cancellation,
  wakeUp: WakeUp,
): Promise<'cancelled' | 'duplicate'> {
  const tenant = await getTenant(table, tenantId);
  if (!tenant) throw new CatalogueError('TenantUnknown', 'There is no such tenant.');
  if (tenant.owner !== owner)
    throw new CatalogueError('TenantNotOwned', `The tenant id "${tenantId}" belongs to another source.`);
  const meant = await deletionMeantBy(table, tenantId, eventId);
  if (meant !== undefined && meant !== tenant.operationId) return 'duplicate';
  if (tenant.state !== PENDING) {
    if (meant !== undefined) return 'duplicate';
    throw nothingToCancel(tenant);
  }
  await remember(table, tenantId, eventId, tenant.operationId);
  const cancelled = await write(table, tenant, eventId);
  if (cancelled.graceToken) await wakeUp(cancelled.graceToken);
  return meant === undefined ? 'cancelled' : 'duplicate';
}

function nothingToCancel({ tenantId, state }: Tenant): CatalogueError {
  return new CatalogueError(
    'TenantStateConflict',
    `No deletion of the tenant "${tenantId}" is pending: it is ${state}.`,
  );
}

const eventKey = (tenantId: string, eventId: string) => ({ pk: `TENANT#${tenantId}`, sk: `CANCELLATION#${eventId}` });

/** The deletion that this very event was about when it came first. */
async function deletionMeantBy(table: Table, tenantId: string, eventId: string): Promise<string | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: eventKey(tenantId, eventId), ConsistentRead: true }),
  );
  return Item?.['operationId'] as string | undefined;
}

async function remember(table: Table, tenantId: string, eventId: string, operationId: string): Promise<void> {
  await table.client.send(
    new PutCommand({ TableName: table.name, Item: { ...eventKey(tenantId, eventId), operationId } }),
  );
}

async function write(table: Table, tenant: Tenant, eventId: string): Promise<Tenant> {
  const { tenantId, operationId } = tenant;
  try {
    const { Attributes } = await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: { pk: `TENANT#${tenantId}`, sk: 'TENANT' },
        // The first cancellation stays the one that is named.
        UpdateExpression: 'SET cancelledBy = if_not_exists(cancelledBy, :event)',
        ConditionExpression: 'operationId = :operation AND #state = :pending',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':event': eventId, ':operation': operationId, ':pending': PENDING },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return Attributes as Tenant;
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    throw nothingToCancel((await getTenant(table, tenantId)) ?? tenant);
  }
}
