import type { Cloud, Operation, OperationInput } from '../kernel/service.ts';
import { findGroup, findStream, invalid, onGroup, type ResourcePolicies } from './context.ts';
import type { LogGroup, LogStore } from './log-store.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const MOST_EVENTS = 10_000;
const LARGEST_BATCH_BYTES = 1_048_576;
const EVENT_OVERHEAD_BYTES = 26;
const DAY = 86_400_000;
const FUTURE_MILLISECONDS = 2 * 3_600_000;
const PAST_MILLISECONDS = 14 * DAY;

interface InputEvent {
  timestamp: number;
  message: string;
}

/** PutLogEvents: the batch is checked as a whole; events too old, too new or past the retention are left out and reported. */
export function putEventsOperation(cloud: Cloud, store: LogStore, policies: ResourcePolicies): Operation {
  return {
    authorize: onGroup('PutLogEvents', policies, true),
    handle(input, context) {
      const { key, group } = findGroup(store, input, context);
      const stream = findStream(store, key, input.logStreamName);
      const events = checkBatch(input.logEvents);
      const { accepted, rejected } = sortOut(events, group, cloud.clock.now());
      if (accepted.length > 0) {
        cloud.store.transaction(() => {
          store.append(key, stream.name, accepted);
          store.putStream(key, {
            ...stream,
            firstEventAt: Math.min(stream.firstEventAt ?? Number.POSITIVE_INFINITY, accepted[0]?.timestamp ?? 0),
            lastEventAt: Math.max(stream.lastEventAt ?? 0, accepted.at(-1)?.timestamp ?? 0),
            lastIngestionAt: Math.floor(cloud.clock.now()),
          });
        });
      }
      return Object.keys(rejected).length > 0 ? { rejectedLogEventsInfo: rejected } : {};
    },
  };
}

function checkBatch(given: OperationInput): InputEvent[] {
  if (!Array.isArray(given) || given.length === 0) {
    throw invalid(
      "1 validation error detected: Value '[]' at 'logEvents' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  }
  if (given.length > MOST_EVENTS) {
    throw invalid(
      `1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member must have length less than or equal to ${MOST_EVENTS}`,
    );
  }
  let bytes = 0;
  let before = 0;
  for (const event of given) {
    if (typeof event?.message !== 'string' || event.message === '' || !Number.isInteger(event.timestamp)) {
      throw invalid('Each log event must have a timestamp in milliseconds and a message that is not empty.');
    }
    if (event.timestamp < before) {
      throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
    }
    before = event.timestamp;
    bytes += Buffer.byteLength(event.message) + EVENT_OVERHEAD_BYTES;
  }
  if (bytes > LARGEST_BATCH_BYTES)
    throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${LARGEST_BATCH_BYTES}`);
  if (before - given[0].timestamp > DAY) {
    throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  }
  return given;
}

function sortOut(events: readonly InputEvent[], group: LogGroup, now: number) {
  const oldest = now - PAST_MILLISECONDS;
  const kept = group.retentionInDays === undefined ? 0 : now - group.retentionInDays * DAY;
  const firstTooNew = events.findIndex((event) => event.timestamp > now + FUTURE_MILLISECONDS);
  const tooOld = events.filter((event) => event.timestamp < oldest).length;
  const expired = events.filter((event) => event.timestamp < kept).length;
  return {
    accepted: events.slice(Math.max(tooOld, expired), firstTooNew < 0 ? events.length : firstTooNew),
    rejected: {
      ...(firstTooNew >= 0 && { tooNewLogEventStartIndex: firstTooNew }),
      ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
      ...(expired > 0 && { expiredLogEventEndIndex: expired }),
    },
  };
}
