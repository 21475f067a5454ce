import { z } from 'zod';
import { derivedEventId } from '../../events/publisher.ts';
import { tenantTierChangeFailed } from '../../events/tenant-tier-change-failed.ts';
import { failure } from '../operations/failure.ts';
import { updateTenant } from '../operations/tenant-registry.ts';
import { publisher } from '../runtime/publisher.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';

/**
 * Step of change-tier: whatever was made for the change is released, the tenant lives on where it did, and
 * `TenantTierChangeFailed` says why.
 */
export const handler = step({
  name: 'announce-tier-change-failed',
  input: stepInput.extend({ tier: z.string(), requestedTier: z.string(), correlationId: z.string(), failure }),
  output: z.object({ eventId: z.string() }),
  async run({ failure: { step: failedStep, ...reason }, tier, requestedTier, correlationId, ...operation }) {
    await updateTenant(table(), operation, 'READY', { next: undefined });
    const id = derivedEventId(operation.operationId, tenantTierChangeFailed.name);
    await publisher().publish({
      type: tenantTierChangeFailed,
      data: { ...operation, tier, requestedTier, step: failedStep, ...reason, outcome: 'unchanged' as const },
      metadata: { id, correlationId, causationId: operation.operationId },
    });
    return { eventId: id };
  },
});
