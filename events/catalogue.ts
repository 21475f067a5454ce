import type { EventType } from './define-event.ts';
import { tenantCreated } from './tenant-created.ts';
import { tenantDeletionCancelled } from './tenant-deletion-cancelled.ts';
import { tenantDeletionRequested } from './tenant-deletion-requested.ts';
import { tenantDeletionScheduled } from './tenant-deletion-scheduled.ts';
import { tenantDeprovisioned } from './tenant-deprovisioned.ts';
import { tenantDeprovisioningFailed } from './tenant-deprovisioning-failed.ts';
import { tenantEventRejected } from './tenant-event-rejected.ts';
import { tenantExportRequested } from './tenant-export-requested.ts';
import { tenantMigrationRequested } from './tenant-migration-requested.ts';
import { tenantOnboardingFailed } from './tenant-onboarding-failed.ts';
import { tenantReady } from './tenant-ready.ts';
import { tenantResumed } from './tenant-resumed.ts';
import { tenantResumptionRequested } from './tenant-resumption-requested.ts';
import { tenantSuspended } from './tenant-suspended.ts';
import { tenantSuspensionFailed } from './tenant-suspension-failed.ts';
import { tenantSuspensionRequested } from './tenant-suspension-requested.ts';
import { tenantTierChangeFailed } from './tenant-tier-change-failed.ts';
import { tenantTierChangeProgressed } from './tenant-tier-change-progressed.ts';
import { tenantTierChangeProposed } from './tenant-tier-change-proposed.ts';
import { tenantTierChangeRequested } from './tenant-tier-change-requested.ts';
import { tenantTierChangeReversalRequested } from './tenant-tier-change-reversal-requested.ts';
import { tenantTierChanged } from './tenant-tier-changed.ts';
import { tenantUsageReported } from './tenant-usage-reported.ts';

/** Every event of the contract. */
export const catalogue = [
  tenantCreated,
  tenantReady,
  tenantOnboardingFailed,
  tenantSuspensionRequested,
  tenantSuspended,
  tenantResumptionRequested,
  tenantResumed,
  tenantSuspensionFailed,
  tenantTierChangeRequested,
  tenantTierChangeReversalRequested,
  tenantTierChangeProgressed,
  tenantMigrationRequested,
  tenantTierChanged,
  tenantTierChangeFailed,
  tenantDeletionRequested,
  tenantDeletionScheduled,
  tenantDeletionCancelled,
  tenantExportRequested,
  tenantDeprovisioned,
  tenantDeprovisioningFailed,
  tenantUsageReported,
  tenantTierChangeProposed,
  tenantEventRejected,
] as const;

export type CatalogueEvent = (typeof catalogue)[number];
export type EventName = CatalogueEvent['name'];

/** `source` of the events Tenantry sends. */
export const TENANTRY_SOURCE = 'tenantry';
/** Name of the bus all of them travel on. */
export const BUS_NAME = 'tenantry';

/** The event type of that name. */
export function findEventType(name: string): EventType | undefined {
  return (catalogue as readonly EventType[]).find((type) => type.name === name);
}
