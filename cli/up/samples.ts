import type { DataOf, Envelope } from '../../events/index.ts';
import { tenantCreated } from '../../events/tenant-created.ts';

/** The tenants that `npm start` onboards. Their event ids are fixed, so a second start does not onboard them twice. */
export const sampleEvents: Envelope<DataOf<typeof tenantCreated>>[] = [
  sample('01JDA000000000000000ACME', 'acme', 'Acme Tooling GmbH'),
  sample('01JDA000000000000GLOBEX1', 'globex', 'Globex Corporation'),
  sample('01JDA0000000000INITECH01', 'initech', 'Initech LLC'),
];

function sample(id: string, tenantId: string, displayName: string): Envelope<DataOf<typeof tenantCreated>> {
  return {
    metadata: { id, version: tenantCreated.version, occurredAt: '2026-11-22T09:30:00.000Z' },
    data: { tenantId, tier: 'basic', displayName, contactEmail: `cloud@${tenantId}.example` },
  };
}
