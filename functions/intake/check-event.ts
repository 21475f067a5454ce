import { z } from 'zod';
import { findEventType } from '../../events/catalogue.ts';
import type { DataOf, EventType } from '../../events/define-event.ts';
import type { Envelope } from '../../events/envelope.ts';
import type { tenantCreated } from '../../events/tenant-created.ts';
import type { tenantEventRejected } from '../../events/tenant-event-rejected.ts';
import type { TenantryConfig } from '../../tenancy/config.ts';
import type { Tenant } from '../../tenancy/tenant.ts';

/** An event as EventBridge delivers it; what else it has (account, region, resources) stays with it. */
export const incomingEvent = z.looseObject({
  id: z.string(),
  source: z.string(),
  'detail-type': z.string(),
  time: z.string(),
  detail: z.unknown(),
});

export type IncomingEvent = z.infer<typeof incomingEvent>;

export type RejectionReason = DataOf<typeof tenantEventRejected>['reasons'][number];
export type AcceptedEnvelope = Envelope<DataOf<typeof tenantCreated>>;

/**
 * Larger details are refused: Step Functions takes 256 KiB, and the event travels through it beside other data.
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
const LARGEST_DETAIL = 64 * 1024;

/** Checks an event in the order size, type, version, fields, tier, tenant; says every reason of the first that fails. */
export async function checkEvent(
  event: IncomingEvent,
  config: TenantryConfig,
  findTenant: (tenantId: string) => Promise<Tenant | undefined>,
): Promise<{ ok: true; envelope: AcceptedEnvelope } | { ok: false; reasons: RejectionReason[] }> {
  const type = findEventType(event['detail-type']);
  const formal = checkForm(event, type);
  if (formal.length > 0) return { ok: false, reasons: formal };
  const envelope = type?.schema.parse(event.detail) as AcceptedEnvelope;
  const { tenantId, tier } = envelope.data;
  if (!Object.hasOwn(config.tiers, tier)) {
    return reject(
      'data.tier',
      'unknown-tier',
      `there is no tier "${tier}"; the tiers are: ${Object.keys(config.tiers).join(', ')}`,
    );
  }
  const tenant = await findTenant(tenantId);
  if (tenant && tenant.owner !== event.source) {
    return reject('data.tenantId', 'not-owner', `the tenant id "${tenantId}" belongs to another source`);
  }
  const sameEvent = tenant?.operationId === envelope.metadata.id;
  if (tenant && !sameEvent && tenant.state === 'READY') {
    return reject('data.tenantId', 'tenant-exists', `the tenant "${tenantId}" exists already`);
  }
  return { ok: true, envelope };
}

function checkForm(event: IncomingEvent, type: EventType | undefined): RejectionReason[] {
  const size = Buffer.byteLength(JSON.stringify(event.detail) ?? '');
  if (size > LARGEST_DETAIL)
    return [
      { field: '', code: 'too-large', message: `the detail has ${size} bytes; at most ${LARGEST_DETAIL} are accepted` },
    ];
  if (type?.direction !== 'in') {
    return [
      {
        field: 'detail-type',
        code: 'unknown-type',
        message: `"${event['detail-type'].slice(0, 128)}" is not an event that is accepted`,
      },
    ];
  }
  const result = type.schema.safeParse(event.detail);
  if (result.success) return [];
  return result.error.issues.slice(0, 20).map((issue) => {
    const field = issue.path.join('.');
    const code = field === 'metadata.version' ? 'unknown-version' : 'invalid';
    return {
      field,
      code,
      message:
        code === 'unknown-version' ? `this version is not known; the current one is ${type.version}` : issue.message,
    };
  });
}

function reject(
  field: string,
  code: RejectionReason['code'],
  message: string,
): { ok: false; reasons: RejectionReason[] } {
  return { ok: false, reasons: [{ field, code, message }] };
}
