import { requiredText } from '../events/validation.ts';
import type { HttpBinding, OperationInput } from '../kernel/service.ts';
import { notFound } from './errors.ts';
import { requiredGroup } from './group-operations.ts';
import type { Operations, SchedulerParts } from './parts.ts';
import { type GroupRecord, groupKey, type Scope } from './records.ts';

const GROUP_ARN = /^arn:aws[\w-]*:scheduler:([\w-]+):(\d{12}):schedule-group\/(.+)$/;

/** TagResource, UntagResource and ListTagsForResource: schedule groups carry tags, schedules do not. */
export function tagOperations(parts: SchedulerParts): Operations {
  const http = (method: string): HttpBinding => ({ method, uri: '/tags/{ResourceArn}' });
  const authorize = (operation: string) => (input: OperationInput) => [
    { action: `scheduler:${operation}`, resource: String(input.ResourceArn) },
  ];
  return {
    ListTagsForResource: {
      http: http('GET'),
      authorize: authorize('ListTagsForResource'),
      handle(input) {
        const { group } = taggedGroup(parts, input);
        return { Tags: Object.entries(group.tags).map(([Key, Value]) => ({ Key, Value })) };
      },
    },
    TagResource: {
      http: http('POST'),
      authorize: authorize('TagResource'),
      handle(input) {
        const { group, scope } = taggedGroup(parts, input);
        const added = Array.isArray(input.Tags) ? (input.Tags as { Key: string; Value: string }[]) : [];
        const tags = { ...group.tags, ...Object.fromEntries(added.map(({ Key, Value }) => [Key, Value])) };
        parts.records.groups.put(groupKey(scope, group.name), { ...group, tags });
        return {};
      },
    },
    UntagResource: {
      http: http('DELETE'),
      authorize: authorize('UntagResource'),
      handle(input) {
        const { group, scope } = taggedGroup(parts, input);
        const removed = [input.TagKeys ?? []].flat().map(String);
        const tags = Object.fromEntries(Object.entries(group.tags).filter(([key]) => !removed.includes(key)));
        parts.records.groups.put(groupKey(scope, group.name), { ...group, tags });
        return {};
      },
    },
  };
}

function taggedGroup(parts: SchedulerParts, input: OperationInput): { group: GroupRecord; scope: Scope } {
  const arn = requiredText('resourceArn', input.ResourceArn, { most: 1011 });
  const [, region = '', accountId = '', name] = GROUP_ARN.exec(arn) ?? [];
  if (name === undefined) throw notFound('Schedule group', arn);
  const scope = { region, accountId };
  return { group: requiredGroup(parts, name, scope), scope };
}
