import { randomUUID } from 'node:crypto';
import type { AccessRequest, OperationInput, RequestContext } from '../../kernel/service.ts';
import { busAddress, busArn } from '../arns.ts';
import { busEvent } from '../bus-event.ts';
import { busPolicy } from '../buses/bus-policy.ts';
import type { EventsParts, Operations } from '../parts.ts';
import { type BusAddress, busKey } from '../records.ts';
import { requiredList, validationError } from '../validation.ts';
import { type EntryError, entrySize, type PutEventsEntry, parseEntry } from './entry.ts';

const MOST_ENTRIES = 10;
/** 1 MB for the entries of a request together, since January 2026. */
const LARGEST_REQUEST = 1024 * 1024;

/**
 * PutEvents. What it reports as accepted is durable, deliveries included, before it answers.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export function putEventsOperation(parts: EventsParts): Operations {
  return {
    PutEvents: {
      authorize: (input, context) => (sendsItsOwn(input, context) ? [] : accessRequests(parts, input, context)),
      handle(input, context) {
        const entries = checkedEntries(input);
        const fromService = context.caller.kind === 'service';
        const parsed = entries.map((entry) => parseEntry(entry, fromService));
        const planned: string[] = [];
        const results = parts.cloud.store.transaction(() =>
          parsed.map((entry) => ('ErrorCode' in entry ? entry : accept(parts, entry, context, planned))),
        );
        parts.deliveries.start(planned);
        return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
      },
    },
  };
}

function checkedEntries(input: OperationInput): unknown[] {
  const entries = requiredList('entries', input.Entries, 1, MOST_ENTRIES);
  const size = entries.reduce<number>((sum, entry) => sum + entrySize(entry), 0);
  if (size > LARGEST_REQUEST) {
    throw validationError('Total size of the entries in the request is over the limit.');
  }
  return entries;
}

function accept(
  parts: EventsParts,
  entry: PutEventsEntry,
  context: RequestContext,
  planned: string[],
): { EventId: string } | EntryError {
  const bus = busAddress(entry.eventBusName, context);
  if (!bus) return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Parameter EventBusName is not valid.' };
  const event = busEvent({
    id: randomUUID(),
    detailType: entry.detailType,
    source: entry.source,
    account: context.accountId,
    time: entry.time ?? parts.cloud.clock.now(),
    region: bus.region,
    resources: entry.resources,
    detail: entry.detail,
  });
  planned.push(...parts.router.route(bus, event));
  return { EventId: event.id };
}

/**
 * An AWS service tells the account's default bus what happens to its resources; no policy is asked.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events.html
 */
function sendsItsOwn(input: OperationInput, context: RequestContext): boolean {
  if (context.caller.kind !== 'service' || !Array.isArray(input.Entries)) return false;
  return input.Entries.every(
    (entry: unknown) =>
      isObject(entry) && entry.EventBusName === undefined && String(entry.Source ?? '').startsWith('aws.'),
  );
}

/** One check for each bus, with the sources and detail types sent to it. */
function accessRequests(parts: EventsParts, input: OperationInput, context: RequestContext): AccessRequest[] {
  const entries: Record<string, unknown>[] = Array.isArray(input.Entries) ? input.Entries.filter(isObject) : [];
  const buses = new Map<string, { bus: BusAddress; entries: Record<string, unknown>[] }>();
  for (const entry of entries) {
    const bus = busAddress(typeof entry.EventBusName === 'string' ? entry.EventBusName : undefined, context);
    if (!bus) continue;
    const known = buses.get(busKey(bus)) ?? { bus, entries: [] };
    buses.set(busKey(bus), { bus, entries: [...known.entries, entry] });
  }
  return [...buses.values()].map(({ bus, entries: sent }) => putEventsAccess(parts, bus, sent));
}

/** What IAM must allow for these entries (`Source`, `DetailType`) to reach the bus. */
export function putEventsAccess(
  parts: Pick<EventsParts, 'records'>,
  bus: BusAddress,
  entries: readonly Record<string, unknown>[],
): AccessRequest {
  const policy = busPolicy(parts.records.buses.get(busKey(bus)));
  return {
    action: 'events:PutEvents',
    resource: busArn(bus),
    conditions: {
      'events:source': [...new Set(entries.map((entry) => String(entry.Source)))],
      'events:detail-type': [...new Set(entries.map((entry) => String(entry.DetailType)))],
    },
    resourceAccountId: bus.accountId,
    ...(policy && { resourcePolicy: policy }),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
