import { z } from 'zod';
import { placement } from '../../events/placement.ts';
import { derivedEventId } from '../../events/publisher.ts';
import { tenantReady } from '../../events/tenant-ready.ts';
import { publisher } from '../runtime/publisher.ts';
import { step, stepInput } from '../runtime/step.ts';
import { placementFacts } from './placement-facts.ts';

/**
 * Emits `TenantReady`. Its id is derived from the operation, so a second emission (a retry after a lost answer) is
 * recognised as the same event.
 */
export const handler = step({
  name: 'announce-ready',
  input: stepInput.extend({ tier: z.string(), placement, correlationId: z.string(), facts: placementFacts }),
  output: z.object({ eventId: z.string() }),
  async run({ facts, correlationId, ...input }) {
    const id = derivedEventId(input.operationId, tenantReady.name);
    const event = {
      type: tenantReady,
      data: { ...input, ...facts },
      metadata: { id, correlationId, causationId: input.operationId },
    };
    await publisher().publish(event);
    return { eventId: id };
  },
});
