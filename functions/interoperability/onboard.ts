import { eventId } from '../../events/envelope.ts';
import { tenantCreated } from '../../events/tenant-created.ts';
import type { SbtConfig } from '../../tenancy/interoperability/config.ts';
import type { SbtRequest } from '../../tenancy/interoperability/sbt-events.ts';
import type { IncomingEvent } from '../intake/check-event.ts';
import { operationFor } from './conversations.ts';
import type { SbtAdapter } from './sbt-adapter.ts';
import { ensureSbtTenant } from './sbt-tenants.ts';

/** What became of a request: Tenantry was asked, or it was a duplicate of one that has long been dealt with. */
export type Forwarded = { forwarded: true } | { forwarded: false };

/** What is wrong with a registration, for people. */
export interface Refused {
  refused: string;
}

/** `TenantCreated` for a tenant that was registered with SBT, or why there can be none. */
export async function onboard(
  { config, table, publisher }: SbtAdapter,
  event: IncomingEvent,
  request: SbtRequest,
): Promise<Forwarded | Refused> {
  const facts = registrationFacts(request, config);
  if ('refused' in facts) return facts;
  const { tenantId: sbtTenantId, tenantRegistrationId } = request;
  const { tenantId } = await ensureSbtTenant(
    table,
    {
      sbtTenantId,
      tenantRegistrationId,
      echoed: echoed(request, config.echo),
      ...(facts.displayName && { tenantName: facts.displayName }),
    },
    config.source,
  );
  const id = await operationFor(table, { sbtTenantId, operation: 'ONBOARDING', eventBridgeId: event.id });
  if (!id) return { forwarded: false };
  await publisher.publish({
    type: tenantCreated,
    data: { tenantId, ...facts },
    metadata: { id, occurredAt: event.time, ...correlation(request) },
  });
  return { forwarded: true };
}

/** Who follows a registration through both planes finds it by this. */
export function correlation({ tenantRegistrationId }: SbtRequest): { correlationId?: string } {
  return eventId.safeParse(tenantRegistrationId).success ? { correlationId: tenantRegistrationId } : {};
}

interface RegistrationFacts {
  tier: string;
  displayName?: string;
  contactEmail?: string;
}

const contract = tenantCreated.example;

function registrationFacts(
  request: SbtRequest,
  { fields, tiers, defaultTier }: SbtConfig,
): RegistrationFacts | Refused {
  const text = (field: string) => {
    const value = request[field];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const theirs = text(fields.tier);
  const tier = theirs === undefined ? defaultTier : (own(tiers, theirs) ?? theirs.toLowerCase());
  if (tier === undefined) return { refused: `The registration names no tier (${fields.tier}).` };
  const displayName = text(fields.tenantName)?.slice(0, 128);
  const contactEmail = text(fields.email);
  const facts = { tier, ...(displayName && { displayName }), ...(contactEmail && { contactEmail }) };
  const checked = tenantCreated.schema.safeParse({ ...contract, data: { tenantId: contract.data.tenantId, ...facts } });
  if (checked.success) return facts;
  const names: Record<string, string> = {
    tier: fields.tier,
    contactEmail: fields.email,
    displayName: fields.tenantName,
  };
  const mistakes = checked.error.issues.map(({ path, message }) => `${names[String(path[1])]}: ${message}`);
  return { refused: `The registration is not valid: ${mistakes.join('; ')}.` };
}

function own(record: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Members as strings, like everything that SBT's own jobs give back. */
function echoed(request: SbtRequest, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = Object.hasOwn(request, name) ? request[name] : undefined;
      if (value === undefined || value === null) return [];
      return [[name, typeof value === 'string' ? value : JSON.stringify(value)]];
    }),
  );
}
