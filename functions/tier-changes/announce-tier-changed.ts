import { z } from 'zod';
import { derivedEventId } from '../../events/publisher.ts';
import { tenantTierChanged } from '../../events/tenant-tier-changed.ts';
import { publisher } from '../runtime/publisher.ts';
import { step, stepInput } from '../runtime/step.ts';
import { placementForEvent } from './placement-for-event.ts';
import { madePlacement } from './placements.ts';

/** Step of change-tier and reverse-tier-change: `TenantTierChanged` goes out, with both placements. */
export const handler = step({
  name: 'announce-tier-changed',
  input: stepInput.extend({
    correlationId: z.string(),
    how: z.enum(['moved', 'in-place', 'taken-back']),
    from: madePlacement,
    to: madePlacement,
    transferred: z.int().min(0).optional(),
    keptUntil: z.string().optional(),
  }),
  output: z.object({ eventId: z.string() }),
  async run({ correlationId, how, from, to, transferred, keptUntil, ...operation }) {
    const id = derivedEventId(operation.operationId, tenantTierChanged.name);
    await publisher().publish({
      type: tenantTierChanged,
      data: {
        ...operation,
        tier: to.tier,
        how,
        from: placementForEvent(from),
        to: placementForEvent(to),
        ...(transferred !== undefined && { transferred }),
        ...(keptUntil !== undefined && { keptUntil }),
      },
      metadata: { id, correlationId, causationId: operation.operationId },
    });
    return { eventId: id };
  },
});
