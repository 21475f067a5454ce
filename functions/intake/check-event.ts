import { z } from 'zod';
import { findEventType } from '../../events/catalogue.ts';
import type { DataOf, EventType } from '../../events/define-event.ts';
import type { Envelope } from '../../events/envelope.ts';
import type { tenantEventRejected } from '../../events/tenant-event-rejected.ts';
import { tenantUsageReported } from '../../events/tenant-usage-reported.ts';
import type { TenantryConfig } from '../../tenancy/config.ts';
import {
  CANCELLATION,
  type Operation,
  obstacle,
  operationRequestedBy,
  TRANSIENT_STATES,
} from '../../tenancy/operations.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { codeOf } from './rejection-codes.ts';

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
/** What every event that product backends send has. `TenantCreated` alone names a tier. */
export type AcceptedEnvelope = Envelope<{ tenantId: string; tier?: string }>;

/** What an event leads to: an operation, the end of a deletion's grace period, or numbers that are kept. */
export type Accepted =
  | { ok: true; kind: 'operation'; operation: Operation; envelope: AcceptedEnvelope }
  | { ok: true; kind: 'cancellation'; envelope: AcceptedEnvelope }
  | { ok: true; kind: 'usage'; envelope: Envelope<DataOf<typeof tenantUsageReported>> };

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
): Promise<Accepted | { ok: false; reasons: RejectionReason[] }> {
  const type = findEventType(event['detail-type']);
  const formal = checkForm(event, type);
  if (formal.length > 0) return { ok: false, reasons: formal };
  const envelope = type?.schema.parse(event.detail) as AcceptedEnvelope;
  const { tier } = envelope.data;
  if (tier !== undefined && !Object.hasOwn(config.tiers, tier)) {
    return reject(
      'data.tier',
      'unknown-tier',
      `there is no tier "${tier}"; the tiers are: ${Object.keys(config.tiers).join(', ')}`,
    );
  }
  // Whether there is a deletion to cancel is decided by the write that cancels it.
  if (event['detail-type'] === CANCELLATION) return { ok: true, kind: 'cancellation', envelope };
  // Who reports often is not looked up twice: that is done where the numbers are kept.
  if (event['detail-type'] === tenantUsageReported.name)
    return { ok: true, kind: 'usage', envelope: tenantUsageReported.schema.parse(event.detail) };
  const operation = operationRequestedBy(event['detail-type']);
  if (!operation) return { ok: false, reasons: [unknownType(event)] };
  const tenant = await findTenant(envelope.data.tenantId);
  return judge(event, envelope, operation, tenant);
}

/** What only passes is not judged here: the event waits at the tenant's gate, and the registry judges it behind that. */
function judge(
  event: IncomingEvent,
  envelope: AcceptedEnvelope,
  operation: Operation,
  tenant: Tenant | undefined,
): Accepted | { ok: false; reasons: RejectionReason[] } {
  const asked = { operation, owner: event.source, operationId: envelope.metadata.id, now: event.time };
  const found = obstacle(asked, tenant);
  const passes = found?.error === operation.otherwise && tenant && TRANSIENT_STATES.includes(tenant.state);
  if (!found || passes) return { ok: true, kind: 'operation', operation, envelope };
  return reject('data.tenantId', codeOf(found.error), lowerFirst(found.message));
}

function checkForm(event: IncomingEvent, type: EventType | undefined): RejectionReason[] {
  const size = Buffer.byteLength(JSON.stringify(event.detail) ?? '');
  if (size > LARGEST_DETAIL)
    return [
      { field: '', code: 'too-large', message: `the detail has ${size} bytes; at most ${LARGEST_DETAIL} are accepted` },
    ];
  if (type?.direction !== 'in') {
    return [unknownType(event)];
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

function unknownType(event: IncomingEvent): RejectionReason {
  const message = `"${event['detail-type'].slice(0, 128)}" is not an event that is accepted`;
  return { field: 'detail-type', code: 'unknown-type', message };
}

/** Reasons are parts of a sentence: no capital, no full stop. */
export function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`.replace(/\.$/, '');
}

function reject(
  field: string,
  code: RejectionReason['code'],
  message: string,
): { ok: false; reasons: RejectionReason[] } {
  return { ok: false, reasons: [{ field, code, message }] };
}
