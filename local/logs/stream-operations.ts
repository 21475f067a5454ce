import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation } from '../kernel/service.ts';
import { findGroup, findStream, groupArn, invalid, onGroup, page, type ResourcePolicies } from './context.ts';
import type { LogGroup, LogStore, LogStream } from './log-store.ts';

/** Log streams. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html */
export function streamOperations(cloud: Cloud, store: LogStore, policies: ResourcePolicies): Record<string, Operation> {
  return {
    CreateLogStream: {
      authorize: onGroup('CreateLogStream', policies, true),
      handle(input, context) {
        const { key } = findGroup(store, input, context);
        const name = input.logStreamName;
        if (typeof name !== 'string' || !/^[^:*]{1,512}$/.test(name)) {
          throw invalid(
            `1 validation error detected: Value '${String(name)}' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*`,
          );
        }
        if (store.stream(key, name))
          throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
        store.putStream(key, { name, createdAt: Math.floor(cloud.clock.now()) });
      },
    },
    DeleteLogStream: {
      authorize: onGroup('DeleteLogStream', policies, true),
      handle(input, context) {
        const { key } = findGroup(store, input, context);
        const { name } = findStream(store, key, input.logStreamName);
        cloud.store.transaction(() => store.removeStream(key, name));
      },
    },
    DescribeLogStreams: {
      authorize: onGroup('DescribeLogStreams', policies),
      handle(input, context) {
        const { key, group } = findGroup(store, input, context);
        if (input.orderBy === 'LastEventTime' && input.logStreamNamePrefix !== undefined) {
          throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
        }
        const all = store.streams(key).filter((stream) => stream.name.startsWith(input.logStreamNamePrefix ?? ''));
        if (input.orderBy === 'LastEventTime') all.sort((a, b) => (a.lastEventAt ?? 0) - (b.lastEventAt ?? 0));
        if (input.descending) all.reverse();
        const { items, ...rest } = page(all, input, 50, 50);
        return { logStreams: items.map((stream) => describeStream(group, stream)), ...rest };
      },
    },
  };
}

function describeStream(group: LogGroup, stream: LogStream): Record<string, unknown> {
  return {
    logStreamName: stream.name,
    creationTime: stream.createdAt,
    arn: `${groupArn(group)}:log-stream:${stream.name}`,
    storedBytes: 0,
    ...(stream.firstEventAt !== undefined && {
      firstEventTimestamp: stream.firstEventAt,
      lastEventTimestamp: stream.lastEventAt,
      lastIngestionTime: stream.lastIngestionAt,
    }),
  };
}
