import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { conditionFailed } from '../../functions/runtime/table.ts';
import type { Installation } from '../installation.ts';
import { print } from '../output.ts';
import { requireTenant } from '../tenants.ts';

/**
 * `tenantry protect|unprotect <id>`: whether deletions of the tenant are refused. Throws an Error for a tenant that is being
 * deleted: the protection would come too late.
 */
export async function protect(
  installation: Installation,
  tenantId: string,
  { wanted, json }: { wanted: boolean; json: boolean },
): Promise<void> {
  await requireTenant(installation, tenantId);
  const { table } = installation;
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: { pk: `TENANT#${tenantId}`, sk: 'TENANT' },
        UpdateExpression: 'SET deletionProtection = :wanted',
        ConditionExpression: 'attribute_exists(pk) AND NOT #state IN (:pending, :deprovisioning, :deprovisioned)',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: {
          ':wanted': wanted,
          ':pending': 'DELETION_PENDING',
          ':deprovisioning': 'DEPROVISIONING',
          ':deprovisioned': 'DEPROVISIONED',
        },
      }),
    );
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    const { state } = await requireTenant(installation, tenantId);
    throw new Error(
      `"${tenantId}" is ${state}: its deletion has begun. "tenantry cancel-deletion ${tenantId}" takes it back while it is pending.`,
    );
  }
  print(json, { tenantId, deletionProtection: wanted }, () =>
    wanted ? `deletions of ${tenantId} are refused from now on` : `${tenantId} can be deleted`,
  );
}
