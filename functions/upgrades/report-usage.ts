import type { DataOf } from '../../events/define-event.ts';
import type { tenantUsageReported } from '../../events/tenant-usage-reported.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import type { TenantState } from '../../tenancy/tenant.ts';
import { USAGE_WITHOUT_RULES, type UsageSettings } from '../../tenancy/upgrades/config.ts';
import { refusal } from '../../tenancy/upgrades/usage.ts';
import { getTenant } from '../operations/tenant-registry.ts';
import type { Table } from '../runtime/table.ts';
import { type Recorded, recordReport } from './usage-store.ts';

/** States of which nothing is left that could be used. */
const GONE: readonly TenantState[] = ['ONBOARDING_FAILED', 'DEPROVISIONED'];

/** A report, and who sent it. */
export interface ReportedUsage {
  readonly owner: string;
  readonly eventId: string;
  readonly data: DataOf<typeof tenantUsageReported>;
}

/**
 * Keeps what a product measured of its tenant; `wrong` says why it cannot be true. Throws `TenantUnknown`, `TenantNotOwned`,
 * or `TenantStateConflict` for a tenant that is gone.
 */
export async function reportUsage(
  table: Table,
  { owner, eventId, data }: ReportedUsage,
  now: number,
  settings: UsageSettings = USAGE_WITHOUT_RULES,
): Promise<Recorded | { wrong: string }> {
  const { tenantId, meters } = data;
  const report = { reportId: eventId, measuredAt: Date.parse(data.measuredAt), meters };
  const wrong = refusal(report, now);
  if (wrong) return { wrong };
  const tenant = await getTenant(table, tenantId);
  if (!tenant) throw new CatalogueError('TenantUnknown', 'There is no such tenant.');
  if (tenant.owner !== owner)
    throw new CatalogueError('TenantNotOwned', `The tenant id "${tenantId}" belongs to another source.`);
  if (GONE.includes(tenant.state))
    throw new CatalogueError('TenantStateConflict', `The tenant "${tenantId}" is ${tenant.state}.`);
  return recordReport(table, tenantId, settings, report, now);
}
