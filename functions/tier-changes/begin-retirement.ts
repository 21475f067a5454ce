import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { placement } from '../../events/placement.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { step, stepInput } from '../runtime/step.ts';
import { conditionFailed, type Table, table } from '../runtime/table.ts';

/**
 * Marks the placement as one that is being released, if it is still the one that was left: from here on no cut-over can be taken back into
 * it, whatever becomes of the release. Returns the tenant as it is then; `undefined` for a placement that was taken back, released for
 * a later change or with the tenant.
 */
export async function beginRetirement(
  registry: Table,
  tenantId: string,
  generation: number,
): Promise<Tenant | undefined> {
  try {
    const { Attributes } = await registry.client.send(
      new UpdateCommand({
        TableName: registry.name,
        Key: { pk: `TENANT#${tenantId}`, sk: 'TENANT' },
        UpdateExpression: 'SET previous.releasing = :true, updatedAt = :now',
        ConditionExpression: 'previous.generation = :generation',
        ExpressionAttributeValues: { ':generation': generation, ':true': true, ':now': new Date().toISOString() },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return Attributes as Tenant;
  } catch (error) {
    if (conditionFailed(error)) return undefined;
    throw error;
  }
}

/** Step of retire-placement and move-placement, inside the tenant's gate and before anything of the placement is released. */
export const handler = step({
  name: 'begin-retirement',
  input: stepInput.extend({ generation: z.int().positive() }),
  output: z.object({ only: z.object({ generation: z.int().positive(), survivor: placement }).optional() }),
  async run({ tenantId, generation }) {
    const tenant = await beginRetirement(table(), tenantId, generation);
    return tenant ? { only: { generation, survivor: tenant.placement } } : {};
  },
});
