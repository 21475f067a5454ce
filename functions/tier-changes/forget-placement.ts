import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { derivedEventId } from '../../events/publisher.ts';
import { tenantTierChangeProgressed } from '../../events/tenant-tier-change-progressed.ts';
import { getTenant } from '../operations/tenant-registry.ts';
import { publisher } from '../runtime/publisher.ts';
import { step, stepInput } from '../runtime/step.ts';
import { conditionFailed, type Table, table } from '../runtime/table.ts';

/** The registry no longer names the placement as the one that was left; another that it names stays. */
export async function forgetPlacement(registry: Table, tenantId: string, generation: number): Promise<void> {
  try {
    await registry.client.send(
      new UpdateCommand({
        TableName: registry.name,
        Key: { pk: `TENANT#${tenantId}`, sk: 'TENANT' },
        UpdateExpression: 'SET updatedAt = :now REMOVE previous',
        ConditionExpression: 'previous.generation = :generation',
        ExpressionAttributeValues: { ':generation': generation, ':now': new Date().toISOString() },
      }),
    );
  } catch (error) {
    if (!conditionFailed(error)) throw error;
  }
}

/** Step of retire-placement and move-placement: the placement is released, and a later change cannot be taken back into it. */
export const handler = step({
  name: 'forget-placement',
  input: stepInput.extend({ generation: z.int().positive(), correlationId: z.string() }),
  output: z.object({ eventId: z.string() }),
  async run({ generation, correlationId, ...operation }) {
    await forgetPlacement(table(), operation.tenantId, generation);
    const tier = (await getTenant(table(), operation.tenantId))?.tier ?? '';
    const id = derivedEventId(operation.operationId, tenantTierChangeProgressed.name, 'released', String(generation));
    await publisher().publish({
      type: tenantTierChangeProgressed,
      data: { ...operation, tier, phase: 'released', generation },
      metadata: { id, correlationId, causationId: operation.operationId },
    });
    return { eventId: id };
  },
});
