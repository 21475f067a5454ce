import { tenantDeletionRequested } from '../../events/tenant-deletion-requested.ts';
import type { SbtRequest } from '../../tenancy/interoperability/sbt-events.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { IncomingEvent } from '../intake/check-event.ts';
import { getTenant } from '../operations/tenant-registry.ts';
import { type Conversation, getConversation, operationFor } from './conversations.ts';
import { correlation, type Forwarded, type Refused } from './onboard.ts';
import type { SbtAdapter } from './sbt-adapter.ts';
import { findBySbtId } from './sbt-tenants.ts';

/**
 * `TenantDeletionRequested` for a tenant whose registration was deleted; or the word that nothing of it is left, so that what
 * could not be onboarded can be offboarded; or why it cannot be.
 */
export async function offboard(
  { config, table, publisher }: SbtAdapter,
  event: IncomingEvent,
  request: SbtRequest,
): Promise<Forwarded | Refused | { gone: string }> {
  const { tenantId: sbtTenantId } = request;
  const known = await findBySbtId(table, sbtTenantId);
  if (!known) return { refused: 'Tenantry was never asked to provision this tenant: there was nothing to remove.' };
  const { tenantId } = known;
  const onboarding = await getConversation(table, sbtTenantId, 'ONBOARDING');
  if (nothingLeft(await getTenant(table, tenantId), onboarding, config.source)) return { gone: tenantId };
  const id = await operationFor(table, { sbtTenantId, operation: 'OFFBOARDING', eventBridgeId: event.id });
  if (!id) return { forwarded: false };
  await publisher.publish({
    type: tenantDeletionRequested,
    data: { tenantId, ...(config.immediateDeletion && { immediate: true }), reason: 'offboarded by the control plane' },
    metadata: { id, occurredAt: event.time, ...correlation(request) },
  });
  return { forwarded: true };
}

/** An onboarding that is on its way is not registered yet: what is missing then is still to come. */
function nothingLeft(tenant: Tenant | undefined, { requested, ended }: Conversation, source: string): boolean {
  const ours = tenant?.owner === source ? tenant : undefined;
  if (ours?.state === 'DEPROVISIONED') return true;
  return requested !== undefined && requested === ended && (!ours || ours.state === 'ONBOARDING_FAILED');
}
