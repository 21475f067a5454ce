import { createHash, randomUUID } from 'node:crypto';
import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { BUS_NAME } from './catalogue.ts';
import type { DataOf, EventType } from './define-event.ts';
import type { Envelope, Metadata } from './envelope.ts';

/** PutEvents takes at most 10 entries: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const ENTRIES_PER_REQUEST = 10;

/** An event to publish. `metadata` may leave out what the publisher fills in. */
export interface Publication<Type extends EventType = EventType> {
  type: Type;
  data: DataOf<Type>;
  metadata?: Partial<Metadata>;
}

export interface PublisherOptions {
  client: Pick<EventBridgeClient, 'send'>;
  /** `source` on the bus: `saas.<product>` for a product backend. */
  source: string;
  /** Name or ARN of the bus; default `tenantry`. */
  busName?: string;
  /** Tries for entries that EventBridge did not take; default 5, with doubling pauses from 100 ms. */
  attempts?: number;
  now?: () => Date;
  newId?: () => string;
  pause?: (milliseconds: number) => Promise<void>;
}

/** Some entries were not accepted in all tries. `entries` are they, with EventBridge's last answer. */
export class PublishFailed extends Error {
  override readonly name = 'PublishFailed';
  readonly entries: readonly { detailType: string; errorCode: string; errorMessage: string }[];

  constructor(entries: PublishFailed['entries']) {
    super(
      `EventBridge did not accept ${entries.length} event(s): ${entries.map((entry) => `${entry.detailType} ${entry.errorCode}: ${entry.errorMessage}`).join('; ')}`,
    );
    this.entries = entries;
  }
}

export interface Publisher {
  /**
   * Validates the events against the contract and puts them on the bus, in order, ten at a time. PutEvents succeeds
   * even when entries failed, so each answer is inspected and failed entries are sent again.
   * Throws ZodError for data that breaks the contract (nothing is sent then) and `PublishFailed`.
   */
  publish<Types extends readonly EventType[]>(
    ...events: { [Index in keyof Types]: Publication<Types[Index]> }
  ): Promise<void>;
}

/** A publisher of contract events on one bus. */
export function createPublisher(options: PublisherOptions): Publisher {
  const pause = options.pause ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)));
  return {
    async publish(...events) {
      const entries = events.map((event) => toEntry(event, options));
      for (let first = 0; first < entries.length; first += ENTRIES_PER_REQUEST) {
        await putAll(entries.slice(first, first + ENTRIES_PER_REQUEST), options, pause);
      }
    },
  };
}

function toEntry(event: Publication, options: PublisherOptions): PutEventsRequestEntry {
  const occurredAt = (options.now?.() ?? new Date()).toISOString();
  const id = event.metadata?.id ?? options.newId?.() ?? randomUUID();
  const envelope: Envelope<unknown> = {
    metadata: { occurredAt, ...event.metadata, id, version: event.type.version },
    data: event.data,
  };
  return {
    EventBusName: options.busName ?? BUS_NAME,
    Source: options.source,
    DetailType: event.type.name,
    Detail: JSON.stringify(event.type.schema.parse(envelope)),
  };
}

async function putAll(
  entries: PutEventsRequestEntry[],
  options: PublisherOptions,
  pause: (milliseconds: number) => Promise<void>,
): Promise<void> {
  const attempts = options.attempts ?? 5;
  let rest = entries;
  for (let attempt = 1; ; attempt++) {
    const answer = await options.client.send(new PutEventsCommand({ Entries: rest }));
    if (!answer.FailedEntryCount) return;
    const failed = rest.flatMap((entry, index) => {
      const result = answer.Entries?.[index];
      return result?.ErrorCode ? [{ entry, errorCode: result.ErrorCode, errorMessage: result.ErrorMessage ?? '' }] : [];
    });
    if (attempt >= attempts) {
      throw new PublishFailed(failed.map(({ entry, ...error }) => ({ detailType: entry.DetailType ?? '', ...error })));
    }
    rest = failed.map(({ entry }) => entry);
    await pause(100 * 2 ** (attempt - 1));
  }
}

/**
 * An event id derived from what caused the event: the same cause gives the same id, so an event sent twice after a
 * crash is recognised as a duplicate. UUID-shaped.
 */
export function derivedEventId(...cause: string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(cause)).digest('hex');
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `5${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}
