import { z } from 'zod';

/** Ids of events: what a producer made unique, such as a UUID or ULID. */
export const eventId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]{7,63}$/,
    'must be 8 to 64 letters, digits, hyphens or underscores (a UUID or ULID)',
  );

/**
 * What every event says about itself, whatever it is about. EventBridge's own id changes when an event is forwarded or
 * sent again; `metadata.id` does not, so duplicates are known by it.
 */
export const metadata = z.object({
  id: eventId.describe('Unique id the producer gave this event. The same id again is the same event.'),
  version: z.int().positive().describe('Version of this event type. A new version is a breaking change.'),
  occurredAt: z.iso.datetime({ offset: true }).describe('When it happened, ISO 8601 with offset.'),
  correlationId: eventId.optional().describe('Id of the business transaction it belongs to. Default: its own id.'),
  causationId: eventId.optional().describe('Id of the event that caused this one.'),
});

export type Metadata = z.infer<typeof metadata>;

/** The detail of an EventBridge event of this contract. */
export interface Envelope<Data> {
  metadata: Metadata;
  data: Data;
}
