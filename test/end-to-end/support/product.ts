import { randomUUID } from 'node:crypto';
import { PutEventsCommand, type PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import type { Clients } from './clients.ts';

export const SOURCE = 'saas.shop';

/** The detail of a good TenantCreated event; `data` and `metadata` replace members. */
export function tenantCreatedDetail(tenantId: string, changes: { data?: object; metadata?: object } = {}) {
  return {
    metadata: { id: randomUUID(), version: 1, occurredAt: '2026-11-22T09:30:00.000Z', ...changes.metadata },
    data: { tenantId, tier: 'basic', contactEmail: `cloud@${tenantId}.example`, ...changes.data },
  };
}

/** Puts an event on the bus as a product backend does. `detail` is JSON text as it stands. */
export async function put(
  clients: Clients,
  detail: string,
  options: { source?: string; detailType?: string } = {},
): Promise<PutEventsResultEntry> {
  const { Entries = [] } = await clients.events.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: 'tenantry',
          Source: options.source ?? SOURCE,
          DetailType: options.detailType ?? 'TenantCreated',
          Detail: detail,
        },
      ],
    }),
  );
  return Entries[0] ?? {};
}

/** A TenantCreated event that the bus took: its own id, which becomes the operation's, and the id EventBridge gave it. */
export interface AcceptedEvent {
  id: string;
  eventBridgeId: string;
}

/** Puts a good TenantCreated event; both its ids. */
export async function putTenantCreated(clients: Clients, tenantId: string): Promise<AcceptedEvent> {
  const detail = tenantCreatedDetail(tenantId);
  const answer = await put(clients, JSON.stringify(detail));
  if (!answer.EventId) throw new Error(`PutEvents: ${answer.ErrorCode} ${answer.ErrorMessage}`);
  return { id: detail.metadata.id, eventBridgeId: answer.EventId };
}

/** Puts an event about a tenant that exists; its ids. */
export async function ask(clients: Clients, detailType: string, data: object): Promise<AcceptedEvent> {
  const metadata = { id: randomUUID(), version: 1, occurredAt: '2026-11-22T09:30:00.000Z' };
  const answer = await put(clients, JSON.stringify({ metadata, data }), { detailType });
  if (!answer.EventId) throw new Error(`PutEvents: ${answer.ErrorCode} ${answer.ErrorMessage}`);
  return { id: metadata.id, eventBridgeId: answer.EventId };
}

/** Puts a good TenantCreated event; its `metadata.id`, which becomes the operation's id. */
export async function createTenant(clients: Clients, tenantId: string): Promise<string> {
  return (await putTenantCreated(clients, tenantId)).id;
}

let count = 0;
const run = randomUUID().slice(0, 4);

/** A tenant id that no other test uses. */
export function freshTenant(what: string): string {
  return `${what}-${run.replace(/^\d/, 'x')}-${++count}`.slice(0, 32);
}
