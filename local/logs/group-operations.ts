import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation, OperationInput } from '../kernel/service.ts';
import { findGroup, groupArn, groupName, invalid, onGroup, page, type ResourcePolicies } from './context.ts';
import type { LogGroup, LogStore } from './log-store.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Log groups and how long they keep their events. */
export function groupOperations(cloud: Cloud, store: LogStore, policies: ResourcePolicies): Record<string, Operation> {
  return {
    CreateLogGroup: {
      authorize: onGroup('CreateLogGroup', policies),
      handle(input, context) {
        const name = groupName(input);
        const key = store.key(context.accountId, context.region, name);
        if (store.groups.get(key))
          throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
        store.groups.put(key, {
          accountId: context.accountId,
          region: context.region,
          name,
          createdAt: Math.floor(cloud.clock.now()),
          groupClass: input.logGroupClass ?? 'STANDARD',
          tags: input.tags ?? {},
          ...(input.kmsKeyId && { kmsKeyId: input.kmsKeyId }),
        });
      },
    },
    DeleteLogGroup: {
      authorize: onGroup('DeleteLogGroup', policies),
      handle(input, context) {
        const { key } = findGroup(store, input, context);
        cloud.store.transaction(() => store.removeGroup(key));
      },
    },
    DescribeLogGroups: {
      authorize: onGroup('DescribeLogGroups', policies),
      handle(input, context) {
        const prefix = store.key(context.accountId, context.region, input.logGroupNamePrefix ?? '');
        const all = store.groups
          .entries(prefix)
          .map(([, group]) => group)
          .filter((group) => group.name.toLowerCase().includes(String(input.logGroupNamePattern ?? '').toLowerCase()));
        const { items, ...rest } = page(all, input, 50, 50);
        return { logGroups: items.map((group) => describeGroup(store, group)), ...rest };
      },
    },
    PutRetentionPolicy: {
      authorize: onGroup('PutRetentionPolicy', policies),
      handle(input, context) {
        const { key, group } = findGroup(store, input, context);
        const retentionInDays = Number(input.retentionInDays);
        if (!RETENTION_DAYS.includes(retentionInDays)) {
          throw invalid(
            `1 validation error detected: Value '${input.retentionInDays}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${RETENTION_DAYS.join(', ')}]`,
          );
        }
        store.groups.put(key, { ...group, retentionInDays });
      },
    },
    DeleteRetentionPolicy: {
      authorize: onGroup('DeleteRetentionPolicy', policies),
      handle(input, context) {
        const { key, group } = findGroup(store, input, context);
        const { retentionInDays: _removed, ...rest } = group;
        store.groups.put(key, rest);
      },
    },
    ...tagOperations(store),
  };
}

function tagOperations(store: LogStore): Record<string, Operation> {
  const guard = (action: string) => (input: OperationInput) => [
    { action: `logs:${action}`, resource: String(input.resourceArn) },
  ];
  const byArn = (input: OperationInput) => ({ logGroupIdentifier: String(input.resourceArn) });
  return {
    TagResource: {
      authorize: guard('TagResource'),
      handle(input, context) {
        const { key, group } = findGroup(store, byArn(input), context);
        const tags = { ...group.tags, ...input.tags };
        if (Object.keys(tags).length > 50)
          throw new AwsError('TooManyTagsException', 'A resource can have no more than 50 tags.');
        store.groups.put(key, { ...group, tags });
      },
    },
    UntagResource: {
      authorize: guard('UntagResource'),
      handle(input, context) {
        const { key, group } = findGroup(store, byArn(input), context);
        const tags = Object.fromEntries(Object.entries(group.tags).filter(([name]) => !input.tagKeys?.includes(name)));
        store.groups.put(key, { ...group, tags });
      },
    },
    ListTagsForResource: {
      authorize: guard('ListTagsForResource'),
      handle: (input, context) => ({ tags: findGroup(store, byArn(input), context).group.tags }),
    },
  };
}

function describeGroup(store: LogStore, group: LogGroup): Record<string, unknown> {
  const arn = groupArn(group);
  return {
    logGroupName: group.name,
    creationTime: group.createdAt,
    metricFilterCount: 0,
    arn: `${arn}:*`,
    logGroupArn: arn,
    storedBytes: store.bytes(store.key(group.accountId, group.region, group.name)),
    logGroupClass: group.groupClass,
    ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
    ...(group.kmsKeyId && { kmsKeyId: group.kmsKeyId }),
  };
}
