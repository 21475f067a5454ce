import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import type { TenantState } from '../../tenancy/tenant.ts';
import { expectCurrent } from '../operations/tenant-registry.ts';
import { step, stepInput } from '../runtime/step.ts';
import { conditionFailed, type Table, table } from '../runtime/table.ts';

/** `committed`: there is no way back. `cancelled`: everything goes back. `pending`: something else woke it, the grace period goes on. */
export type Commitment = 'committed' | 'cancelled' | 'pending';

/**
 * Decides between the end of the grace period and a cancellation, in one conditional write: whichever is written first
 * holds. Deciding twice is deciding once. Throws `OperationSuperseded`.
 */
export async function commitDeletion(
  table: Table,
  operation: { tenantId: string; operationId: string },
  now = new Date(),
): Promise<Commitment> {
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: { pk: `TENANT#${operation.tenantId}`, sk: 'TENANT' },
        UpdateExpression: 'SET #state = :deprovisioning, updatedAt = :now REMOVE graceToken',
        ConditionExpression:
          'operationId = :operation AND attribute_not_exists(cancelledBy) AND ' +
          '(#state = :deprovisioning OR (#state = :pending AND graceEndsAt <= :now))',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: {
          ':operation': operation.operationId,
          ':deprovisioning': 'DEPROVISIONING' satisfies TenantState,
          ':pending': 'DELETION_PENDING' satisfies TenantState,
          ':now': now.toISOString(),
        },
      }),
    );
    return 'committed';
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    const tenant = await expectCurrent(table, operation);
    if (tenant.cancelledBy !== undefined) return 'cancelled';
    if (tenant.state === 'DELETION_PENDING') return 'pending';
    throw new CatalogueError('TenantStateConflict', `The tenant "${tenant.tenantId}" is ${tenant.state}.`);
  }
}

/** Step of deprovision-tenant. */
export const handler = step({
  name: 'commit-deletion',
  input: stepInput,
  output: z.object({ commitment: z.enum(['committed', 'cancelled', 'pending']) }),
  async run(operation) {
    return { commitment: await commitDeletion(table(), operation) };
  },
});
