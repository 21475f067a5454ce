import { z } from 'zod';
import { derivedEventId } from '../../events/publisher.ts';
import { tenantResumed } from '../../events/tenant-resumed.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { expectCurrent, updateTenant } from '../operations/tenant-registry.ts';
import { publisher } from '../runtime/publisher.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';

/**
 * The registry says the state that the tenant is back in, and `TenantResumed` goes out: after a suspension `READY`, after a
 * deletion that was cancelled the state before that.
 */
export const handler = step({
  name: 'announce-resumed',
  input: stepInput.extend({ tier: z.string(), correlationId: z.string() }),
  output: z.object({ eventId: z.string(), state: z.string() }),
  async run({ tier, correlationId, ...operation }) {
    const tenant = await expectCurrent(table(), operation);
    const state = stateAfterwards(tenant);
    await updateTenant(table(), operation, state, {
      failure: undefined,
      graceEndsAt: undefined,
      graceToken: undefined,
      ...(state !== 'SUSPENDED' && { suspensionId: undefined }),
    });
    const id = derivedEventId(operation.operationId, tenantResumed.name);
    const { cancelledBy } = tenant;
    await publisher().publish({
      type: tenantResumed,
      data: { ...operation, tier, state, ...(cancelledBy && { cancelledBy }) },
      metadata: { id, correlationId, causationId: cancelledBy ?? operation.operationId },
    });
    return { eventId: id, state };
  },
});

function stateAfterwards({ operation, stateBefore }: Tenant): 'READY' | 'SUSPENDED' | 'INTERRUPTED' {
  if (operation === 'resume') return 'READY';
  return stateBefore === 'SUSPENDED' || stateBefore === 'INTERRUPTED' ? stateBefore : 'READY';
}
