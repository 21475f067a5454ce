import { derivedEventId } from '../../events/publisher.ts';
import { tenantOnboardingFailed } from '../../events/tenant-onboarding-failed.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { publisher } from '../runtime/publisher.ts';
import type { Failure } from './failure.ts';
import type { Interruption } from './interruptions.ts';

/** How an execution ended. `when` tells its ends apart: an execution that is redriven can end badly again. */
export interface Ended {
  executionArn: string;
  outcome: Interruption;
  failure: Failure;
  when: string;
}

/** Emits the failure event of the tenant's operation. The same end of an execution gives the same event. */
export async function announceInterrupted(
  tenant: Tenant,
  { executionArn, outcome, failure, when }: Ended,
): Promise<void> {
  const { tenantId, tier, operationId, correlationId } = tenant;
  const facts = { tenantId, tier, operationId, executionArn };
  const metadata = (name: string) => ({
    id: derivedEventId(operationId, name, executionArn, when),
    correlationId,
    causationId: operationId,
  });
  if (outcome === 'halfway') return;
  await publisher().publish({
    type: tenantOnboardingFailed,
    data: { ...facts, ...failure, retryable: true, outcome },
    metadata: metadata(tenantOnboardingFailed.name),
  });
}
