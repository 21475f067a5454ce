import { z } from 'zod';
import { derivedEventId } from '../../events/publisher.ts';
import { tenantOnboardingFailed } from '../../events/tenant-onboarding-failed.ts';
import { publisher } from '../runtime/publisher.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { failure } from './failure.ts';
import { updateTenant } from './tenant-registry.ts';

/** Everything is released: the registry says `ONBOARDING_FAILED`, and `TenantOnboardingFailed` goes out. */
export const handler = step({
  name: 'announce-failed',
  input: stepInput.extend({ tier: z.string(), correlationId: z.string(), failure }),
  output: z.object({ eventId: z.string() }),
  async run({ failure: { step: failedStep, ...reason }, tier, correlationId, ...operation }) {
    await updateTenant(table(), operation, 'ONBOARDING_FAILED');
    const id = derivedEventId(operation.operationId, tenantOnboardingFailed.name);
    const event = {
      type: tenantOnboardingFailed,
      data: { ...operation, tier, step: failedStep, ...reason, outcome: 'released' as const },
      metadata: { id, correlationId, causationId: operation.operationId },
    };
    await publisher().publish(event);
    return { eventId: id };
  },
});
