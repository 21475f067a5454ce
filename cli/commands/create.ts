import { randomUUID } from 'node:crypto';
import { createPublisher } from '../../events/publisher.ts';
import { tenantCreated } from '../../events/tenant-created.ts';
import { tenantId as tenantIdSchema } from '../../events/tenant-id.ts';
import { getTenant } from '../../functions/operations/tenant-registry.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { Installation } from '../installation.ts';
import { print } from '../output.ts';

export interface CreateOptions {
  tier: string;
  source: string;
  displayName?: string;
  contactEmail?: string;
  wait: boolean;
  json: boolean;
}

const WAIT_MILLISECONDS = 30 * 60_000;

/** `tenantry create <id> --tier T`: emits TenantCreated like a product backend does; with `--wait` follows it to its end. */
export async function create(installation: Installation, tenantId: string, options: CreateOptions): Promise<void> {
  const checked = tenantIdSchema.safeParse(tenantId);
  if (!checked.success)
    throw new Error(
      `"${tenantId}" is not a tenant id: ${checked.error.issues.map((issue) => issue.message).join('; ')}.`,
    );
  const existing = await getTenant(installation.table, tenantId);
  if (existing?.state === 'READY')
    throw new Error(
      `The tenant "${tenantId}" exists already (${existing.state}). "tenantry show ${tenantId}" tells more.`,
    );
  const { tier } = options;
  const id = await emitCreated(installation, tenantId, options);
  if (!options.wait) {
    print(
      options.json,
      { eventId: id, tenantId, tier },
      () =>
        `TenantCreated ${id} is on the bus; "tenantry watch" follows it, "tenantry show ${tenantId}" tells how far it is.`,
    );
    return;
  }
  const tenant = await outcome(installation, tenantId, id);
  print(options.json, tenant, () =>
    tenant.state === 'READY'
      ? `${tenantId} is ready in ${tenant.cluster?.name}, namespace ${tenant.namespace}`
      : `${tenantId}: ${tenant.state}`,
  );
  if (tenant.state !== 'READY')
    throw new Error(`${tenant.failure?.step}: ${tenant.failure?.error}: ${tenant.failure?.message}`);
}

/** Emits TenantCreated as the product does; returns the id of the event, which is that of the operation. */
export async function emitCreated(
  { events: client, busName }: Installation,
  tenantId: string,
  { tier, source, displayName, contactEmail }: Omit<CreateOptions, 'wait' | 'json'>,
): Promise<string> {
  const id = randomUUID();
  await createPublisher({ client, source, busName }).publish({
    type: tenantCreated,
    data: { tenantId, tier, displayName, contactEmail } as never,
    metadata: { id },
  });
  return id;
}

/** Waits for the end of the onboarding, half an hour at most. Throws an Error that says where to look when it does not come. */
export async function outcome(installation: Installation, tenantId: string, operationId: string): Promise<Tenant> {
  const deadline = Date.now() + WAIT_MILLISECONDS;
  while (Date.now() < deadline) {
    const tenant = await getTenant(installation.table, tenantId);
    const ended =
      tenant?.operationId === operationId && tenant.state !== 'ONBOARDING' && tenant.state !== 'COMPENSATING';
    if (tenant && ended) return tenant;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(
    `"${tenantId}" did not end within 30 minutes. An event that was rejected shows up in "tenantry events" and in the queue tenantry-rejected-events.`,
  );
}
