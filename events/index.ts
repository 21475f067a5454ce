/** Public entry of `tenantry/events`: the contract for product backends. */
export {
  BUS_NAME,
  type CatalogueEvent,
  catalogue,
  type EventName,
  findEventType,
  TENANTRY_SOURCE,
} from './catalogue.ts';
export type { DataOf, EventType } from './define-event.ts';
export type { Envelope, Metadata } from './envelope.ts';
export { type Placement, placement } from './placement.ts';
export {
  createPublisher,
  derivedEventId,
  type Publication,
  type Publisher,
  type PublisherOptions,
  PublishFailed,
} from './publisher.ts';
export { tenantCreated } from './tenant-created.ts';
export { tenantDeletionCancelled } from './tenant-deletion-cancelled.ts';
export { tenantDeletionRequested } from './tenant-deletion-requested.ts';
export { tenantDeletionScheduled } from './tenant-deletion-scheduled.ts';
export { tenantDeprovisioned } from './tenant-deprovisioned.ts';
export { tenantDeprovisioningFailed } from './tenant-deprovisioning-failed.ts';
export { tenantEventRejected } from './tenant-event-rejected.ts';
export { tenantExportRequested } from './tenant-export-requested.ts';
export { RESERVED_TENANT_IDS, TENANT_ID_MAX_LENGTH, tenantId } from './tenant-id.ts';
export { tenantMigrationRequested } from './tenant-migration-requested.ts';
export { tenantOnboardingFailed } from './tenant-onboarding-failed.ts';
export { tenantReady } from './tenant-ready.ts';
export { tenantResumed } from './tenant-resumed.ts';
export { tenantResumptionRequested } from './tenant-resumption-requested.ts';
export { tenantSuspended } from './tenant-suspended.ts';
export { tenantSuspensionFailed } from './tenant-suspension-failed.ts';
export { tenantSuspensionRequested } from './tenant-suspension-requested.ts';
export { tenantTierChangeFailed } from './tenant-tier-change-failed.ts';
export { tenantTierChangeProgressed } from './tenant-tier-change-progressed.ts';
export { tenantTierChangeProposed } from './tenant-tier-change-proposed.ts';
export { tenantTierChangeRequested } from './tenant-tier-change-requested.ts';
export { tenantTierChangeReversalRequested } from './tenant-tier-change-reversal-requested.ts';
export { tenantTierChanged } from './tenant-tier-changed.ts';
export { tenantUsageReported } from './tenant-usage-reported.ts';
