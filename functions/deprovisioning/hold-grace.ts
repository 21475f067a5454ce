import { z } from 'zod';
import { derivedEventId } from '../../events/publisher.ts';
import { tenantDeletionScheduled } from '../../events/tenant-deletion-scheduled.ts';
import { waker, wakeUpWith } from '../operations/executions.ts';
import { expectCurrent, updateTenant } from '../operations/tenant-registry.ts';
import { publisher } from '../runtime/publisher.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';

/**
 * Step of deprovision-tenant at whose state the grace period is waited for (`.waitForTaskToken`): keeps the token by which a
 * cancellation wakes it, then looks whether one has come already. Whoever cancels writes first and reads the token then, so one
 * of the two sees the other. Emits `TenantDeletionScheduled`.
 */
export const handler = step({
  name: 'hold-grace',
  input: stepInput.extend({
    tier: z.string(),
    correlationId: z.string(),
    graceEndsAt: z.string(),
    taskToken: z.string(),
  }),
  output: z.object({ waits: z.boolean() }),
  async run({ tier, correlationId, graceEndsAt, taskToken, ...operation }) {
    await updateTenant(table(), operation, 'DELETION_PENDING', { graceToken: taskToken });
    const { cancelledBy } = await expectCurrent(table(), operation);
    const waits = cancelledBy === undefined && Date.now() < Date.parse(graceEndsAt);
    if (!waits) {
      await wakeUpWith(waker())(taskToken);
      return { waits };
    }
    await publisher().publish({
      type: tenantDeletionScheduled,
      data: { ...operation, tier, graceEndsAt },
      metadata: {
        id: derivedEventId(operation.operationId, tenantDeletionScheduled.name),
        correlationId,
        causationId: operation.operationId,
      },
    });
    return { waits };
  },
});
