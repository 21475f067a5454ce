import { z } from 'zod';
import { derivedEventId } from '../../events/publisher.ts';
import { suspension, tenantSuspended } from '../../events/tenant-suspended.ts';
import { updateTenant } from '../operations/tenant-registry.ts';
import { publisher } from '../runtime/publisher.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';

/** The registry says `SUSPENDED`, and `TenantSuspended` goes out. */
export const handler = step({
  name: 'announce-suspended',
  input: stepInput.extend({ tier: z.string(), correlationId: z.string(), reason: z.string().optional(), suspension }),
  output: z.object({ eventId: z.string() }),
  async run({ tier, correlationId, reason, suspension: facts, ...operation }) {
    await updateTenant(table(), operation, 'SUSPENDED', { failure: undefined });
    const id = derivedEventId(operation.operationId, tenantSuspended.name);
    await publisher().publish({
      type: tenantSuspended,
      data: { ...operation, tier, ...(reason && { reason }), ...facts },
      metadata: { id, correlationId, causationId: operation.operationId },
    });
    return { eventId: id };
  },
});
