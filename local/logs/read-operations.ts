import type { Cloud, Operation, OperationInput } from '../kernel/service.ts';
import { findGroup, findStream, invalid, onGroup, type ResourcePolicies } from './context.ts';
import { compileFilter } from './filter-pattern.ts';
import type { LogEvent, LogGroup, LogStore } from './log-store.ts';

/** One response carries at most this many events. */
const MOST_EVENTS = 10_000;
const DAY = 86_400_000;

/** GetLogEvents and FilterLogEvents. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
export function readOperations(cloud: Cloud, store: LogStore, policies: ResourcePolicies): Record<string, Operation> {
  const read = (
    key: string,
    group: LogGroup,
    input: OperationInput,
    streams?: readonly string[],
  ): Iterable<LogEvent> => {
    const kept = group.retentionInDays === undefined ? 0 : cloud.clock.now() - group.retentionInDays * DAY;
    return store.events(key, {
      from: Math.max(kept, Number(input.startTime ?? 0)),
      ...(input.endTime !== undefined && { until: Number(input.endTime) }),
      ...(streams && { streams }),
    });
  };
  return {
    GetLogEvents: {
      authorize: onGroup('GetLogEvents', policies, true),
      handle(input, context) {
        const { key, group } = findGroup(store, input, context);
        const stream = findStream(store, key, input.logStreamName);
        return pageOfStream([...read(key, group, input, [stream.name])], input);
      },
    },
    FilterLogEvents: {
      authorize: onGroup('FilterLogEvents', policies),
      handle(input, context) {
        const { key, group } = findGroup(store, input, context);
        const matches = compileFilter(String(input.filterPattern ?? ''));
        const streams = chosenStreams(store, key, input);
        const limit = boundedLimit(input);
        const events: LogEvent[] = [];
        const after = input.nextToken === undefined ? undefined : position(String(input.nextToken));
        for (const event of read(key, group, input, streams)) {
          if (
            after &&
            (event.timestamp < after.timestamp || (event.timestamp === after.timestamp && event.id <= after.id))
          )
            continue;
          if (!matches(event.message)) continue;
          if (events.length === limit) {
            const last = events.at(-1);
            return {
              events: events.map(describeFiltered),
              searchedLogStreams: [],
              nextToken: `${last?.timestamp}.${last?.id}`,
            };
          }
          events.push(event);
        }
        return { events: events.map(describeFiltered), searchedLogStreams: [] };
      },
    },
  };
}

function chosenStreams(store: LogStore, key: string, input: OperationInput): readonly string[] | undefined {
  if (input.logStreamNames && input.logStreamNamePrefix) {
    throw invalid('logStreamNames and logStreamNamePrefix must not be used together.');
  }
  if (input.logStreamNames) return input.logStreamNames.map((name: string) => findStream(store, key, name).name);
  if (!input.logStreamNamePrefix) return undefined;
  return store
    .streams(key)
    .map((stream) => stream.name)
    .filter((name) => name.startsWith(input.logStreamNamePrefix));
}

function boundedLimit(input: OperationInput): number {
  const limit = Number(input.limit ?? MOST_EVENTS);
  if (limit >= 1 && limit <= MOST_EVENTS) return limit;
  throw invalid(`Limit must be between 1 and ${MOST_EVENTS}`);
}

/** Forward and backward tokens name a position between two events; at the end the same token comes back. */
function pageOfStream(events: readonly LogEvent[], input: OperationInput): Record<string, unknown> {
  const limit = boundedLimit(input);
  const token = /^([fb])\/(\d+)$/.exec(String(input.nextToken ?? ''));
  if (input.nextToken !== undefined && !token) throw invalid('The specified nextToken is invalid.');
  let start = input.startFromHead ? 0 : Math.max(0, events.length - limit);
  let end = Math.min(events.length, start + limit);
  if (token?.[1] === 'f') {
    start = Number(token[2]);
    end = Math.min(events.length, start + limit);
  } else if (token) {
    end = Number(token[2]);
    start = Math.max(0, end - limit);
  }
  return {
    events: events
      .slice(start, end)
      .map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
    nextForwardToken: `f/${end}`,
    nextBackwardToken: `b/${start}`,
  };
}

function describeFiltered(event: LogEvent): Record<string, unknown> {
  const { stream: logStreamName, timestamp, message, ingestionTime } = event;
  return { logStreamName, timestamp, message, ingestionTime, eventId: String(event.id).padStart(56, '0') };
}

function position(token: string): { timestamp: number; id: number } {
  const [timestamp, id] = token.split('.').map(Number);
  if (timestamp === undefined || id === undefined || !Number.isInteger(timestamp) || !Number.isInteger(id)) {
    throw invalid('The specified nextToken is invalid.');
  }
  return { timestamp, id };
}
