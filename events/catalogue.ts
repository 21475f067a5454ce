import type { EventType } from './define-event.ts';
import { tenantCreated } from './tenant-created.ts';
import { tenantEventRejected } from './tenant-event-rejected.ts';
import { tenantOnboardingFailed } from './tenant-onboarding-failed.ts';
import { tenantReady } from './tenant-ready.ts';

/** Every event of the contract. */
export const catalogue = [tenantCreated, tenantReady, tenantOnboardingFailed, tenantEventRejected] as const;

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
