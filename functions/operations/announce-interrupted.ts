import type { Metadata } from '../../events/envelope.ts';
import { derivedEventId } from '../../events/publisher.ts';
import { tenantDeprovisioningFailed } from '../../events/tenant-deprovisioning-failed.ts';
import { tenantOnboardingFailed } from '../../events/tenant-onboarding-failed.ts';
import { tenantSuspensionFailed } from '../../events/tenant-suspension-failed.ts';
import { tenantTierChangeFailed } from '../../events/tenant-tier-change-failed.ts';
import type { Tenant, TenantState } from '../../tenancy/tenant.ts';
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
  if (outcome === 'halfway') {
    await announceHalfway(tenant, { ...facts, ...failure }, metadata);
    return;
  }
  await publisher().publish({
    type: tenantOnboardingFailed,
    data: { ...facts, ...failure, retryable: true, outcome },
    metadata: metadata(tenantOnboardingFailed.name),
  });
}

type Facts = Failure & { tenantId: string; tier: string; operationId: string; executionArn: string };

async function announceHalfway(
  { operation, state, next }: Tenant,
  facts: Facts,
  metadata: (name: string) => Partial<Metadata>,
): Promise<void> {
  if (operation === 'deprovision') {
    const data = { ...facts, state: deprovisioningState(state) };
    const { name } = tenantDeprovisioningFailed;
    await publisher().publish({ type: tenantDeprovisioningFailed, data, metadata: metadata(name) });
    return;
  }
  if (operation === 'change-tier' || operation === 'reverse-tier-change') {
    const data = { ...facts, requestedTier: next?.tier ?? facts.tier, outcome: 'stopped' as const };
    await publisher().publish({ type: tenantTierChangeFailed, data, metadata: metadata(tenantTierChangeFailed.name) });
    return;
  }
  const wanted = operation === 'suspend' ? ('suspended' as const) : ('resumed' as const);
  const { name } = tenantSuspensionFailed;
  await publisher().publish({ type: tenantSuspensionFailed, data: { ...facts, wanted }, metadata: metadata(name) });
}

/** Settled otherwise, only the cancellation of the deletion was not announced. */
function deprovisioningState(state: TenantState): 'DELETION_PENDING' | 'DEPROVISIONING' | 'DEPROVISIONED' {
  return state === 'DEPROVISIONING' || state === 'DEPROVISIONED' ? state : 'DELETION_PENDING';
}

/**
 * Emits that the placement which a change of tier left could not be released, under the ids of the retirement: the tenant may have
 * had other operations since. The same end of an execution gives the same event.
 */
export async function announceRetirementStopped(
  { tenantId, tier }: Tenant,
  { operationId, correlationId }: Pick<Tenant, 'operationId' | 'correlationId'>,
  { executionArn, failure, when }: Ended,
): Promise<void> {
  const { name } = tenantTierChangeFailed;
  await publisher().publish({
    type: tenantTierChangeFailed,
    data: { tenantId, tier, operationId, executionArn, requestedTier: tier, ...failure, outcome: 'stopped' as const },
    metadata: {
      id: derivedEventId(executionArn, name, when),
      correlationId,
      causationId: operationId,
    },
  });
}
