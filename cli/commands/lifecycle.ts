import { randomUUID } from 'node:crypto';
import type { EventType } from '../../events/define-event.ts';
import { createPublisher } from '../../events/publisher.ts';
import { tenantDeletionCancelled } from '../../events/tenant-deletion-cancelled.ts';
import { tenantDeletionRequested } from '../../events/tenant-deletion-requested.ts';
import { tenantResumptionRequested } from '../../events/tenant-resumption-requested.ts';
import { tenantSuspensionRequested } from '../../events/tenant-suspension-requested.ts';
import { tenantTierChangeRequested } from '../../events/tenant-tier-change-requested.ts';
import { tenantTierChangeReversalRequested } from '../../events/tenant-tier-change-reversal-requested.ts';
import { obstacle, operationRequestedBy, TRANSIENT_STATES } from '../../tenancy/operations.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { Installation } from '../installation.ts';
import { print } from '../output.ts';
import { requireTenant } from '../tenants.ts';

/** `tenantry suspend <id>`: access off, workloads at zero, data kept. */
export async function suspend(
  installation: Installation,
  tenantId: string,
  options: { reason?: string; json: boolean },
): Promise<void> {
  const { reason } = options;
  await ask(installation, tenantSuspensionRequested, { tenantId, ...(reason && { reason }) }, options.json);
}

/** `tenantry resume <id>`: everything as it was before the suspension. */
export async function resume(installation: Installation, tenantId: string, json: boolean): Promise<void> {
  await ask(installation, tenantResumptionRequested, { tenantId }, json);
}

/** `tenantry change-tier <id>`: another placement beside the one it has, or other numbers in the same. */
export async function changeTier(
  installation: Installation,
  tenantId: string,
  options: { tier: string; reason?: string; json: boolean },
): Promise<void> {
  const { tier, reason } = options;
  const data = { tenantId, tier, ...(reason && { reason }) };
  await ask(installation, tenantTierChangeRequested, data, options.json);
}

/** `tenantry take-back <id>`: the placement that the last change of tier left, while it is kept. */
export async function takeBack(installation: Installation, tenantId: string, json: boolean): Promise<void> {
  const tenant = await requireTenant(installation, tenantId);
  if (tenant.state === 'READY' && (!tenant.previous || tenant.previous.releasing))
    throw new Error(
      `"${tenantId}" has no earlier placement that is kept. Ask for its tier with "tenantry change-tier".`,
    );
  await ask(installation, tenantTierChangeReversalRequested, { tenantId }, json);
}

/** `tenantry delete <id>`: suspends at once; exports and releases when the grace period of the tier has passed, with `now` at once. */
export async function deleteTenant(
  installation: Installation,
  tenantId: string,
  options: { now: boolean; reason?: string; json: boolean },
): Promise<void> {
  const { now, reason } = options;
  const data = { tenantId, ...(now && { immediate: true }), ...(reason && { reason }) };
  await ask(installation, tenantDeletionRequested, data, options.json);
}

/** `tenantry cancel-deletion <id>`: takes a deletion back that is still pending. */
export async function cancelDeletion(installation: Installation, tenantId: string, json: boolean): Promise<void> {
  const tenant = await requireTenant(installation, tenantId);
  if (tenant.state !== 'DELETION_PENDING')
    throw new Error(
      `No deletion of "${tenantId}" is pending (it is ${tenant.state}). "tenantry show ${tenantId}" tells more.`,
    );
  await publish(installation, tenantDeletionCancelled, { tenantId }, tenant, json);
}

/** Emits the event, unless it would be refused as the tenant is now. Throws an Error that says why, and what to do. */
async function ask(
  installation: Installation,
  type: EventType,
  data: { tenantId: string },
  json: boolean,
): Promise<void> {
  const tenant = await requireTenant(installation, data.tenantId);
  const operation = operationRequestedBy(type.name);
  const now = new Date().toISOString();
  const found = operation && obstacle({ operation, owner: tenant.owner, operationId: '', now }, tenant);
  const passes = found?.error === operation?.otherwise && TRANSIENT_STATES.includes(tenant.state);
  if (found && !passes) throw new Error(`${found.message} ${remedies[found.error] ?? ''}`.trim());
  await publish(installation, type, data, tenant, json);
}

const remedies: Readonly<Record<string, string>> = {
  TenantProtected: 'Take the protection off with "tenantry unprotect" first.',
  TenantStateConflict: '"tenantry show" tells how far it is.',
};

/** An operator acts for the product that owns the tenant: events of other sources are refused. */
async function publish(
  installation: Installation,
  type: EventType,
  data: { tenantId: string },
  { owner }: Tenant,
  json: boolean,
): Promise<void> {
  const { events: client, busName } = installation;
  const id = randomUUID();
  await createPublisher({ client, source: owner, busName }).publish({ type, data, metadata: { id } });
  print(
    json,
    { eventId: id, event: type.name, ...data },
    () => `${type.name} ${id} is on the bus; "tenantry show ${data.tenantId}" tells how far it is.`,
  );
}
