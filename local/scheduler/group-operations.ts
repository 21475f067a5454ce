import { requiredText, validationError } from '../events/validation.ts';
import type { HttpBinding, OperationInput, RequestContext } from '../kernel/service.ts';
import { conflict, notFound, quotaExceeded } from './errors.ts';
import { schedulerPage } from './paging.ts';
import type { Operations, SchedulerParts } from './parts.ts';
import { type GroupRecord, groupArn, groupKey, type Scope, scheduleKey } from './records.ts';
import { SCHEDULER_NAME } from './schedule-input.ts';

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html */
const MOST_GROUPS = 500;

/** The group; `default` always exists. Throws `ResourceNotFoundException`. */
export function requiredGroup(parts: Pick<SchedulerParts, 'records'>, name: string, scope: Scope): GroupRecord {
  const group = parts.records.groups.get(groupKey(scope, name));
  if (group) return group;
  if (name !== 'default') throw notFound('Schedule group', name);
  return { name, arn: groupArn(scope, name), state: 'ACTIVE', tags: {}, createdAt: 0, modifiedAt: 0 };
}

const http = (method: string, uri = '/schedule-groups/{Name}'): HttpBinding => ({ method, uri });

/** CreateScheduleGroup, GetScheduleGroup, DeleteScheduleGroup, ListScheduleGroups. */
export function groupOperations(parts: SchedulerParts): Operations {
  const authorize = (operation: string) => (input: OperationInput, context: RequestContext) => [
    { action: `scheduler:${operation}`, resource: groupArn(context, String(input.Name)) },
  ];
  return {
    CreateScheduleGroup: {
      http: http('POST'),
      authorize: authorize('CreateScheduleGroup'),
      handle: (input, context) => create(parts, input, context),
    },
    GetScheduleGroup: {
      http: http('GET'),
      authorize: authorize('GetScheduleGroup'),
      handle: (input, context) =>
        described(requiredGroup(parts, requiredText('name', input.Name, SCHEDULER_NAME), context)),
    },
    DeleteScheduleGroup: {
      http: http('DELETE'),
      authorize: authorize('DeleteScheduleGroup'),
      handle: (input, context) => remove(parts, input, context),
    },
    ListScheduleGroups: {
      http: http('GET', '/schedule-groups'),
      handle: (input, context) => list(parts, input, context),
    },
  };
}

function create(parts: SchedulerParts, input: OperationInput, context: RequestContext): unknown {
  const name = requiredText('name', input.Name, SCHEDULER_NAME);
  if (name === 'default' || parts.records.groups.get(groupKey(context, name))) throw conflict('Schedule group', name);
  if (parts.records.groups.entries(groupKey(context, '')).length >= MOST_GROUPS) {
    throw quotaExceeded('The request exceeds the quota of schedule groups.');
  }
  const now = parts.cloud.clock.now();
  const tagList = Array.isArray(input.Tags) ? (input.Tags as { Key: string; Value: string }[]) : [];
  const tags = Object.fromEntries(tagList.map(({ Key, Value }) => [Key, Value]));
  const arn = groupArn(context, name);
  parts.records.groups.put(groupKey(context, name), {
    name,
    arn,
    state: 'ACTIVE',
    tags,
    createdAt: now,
    modifiedAt: now,
  });
  return { ScheduleGroupArn: arn };
}

/** Deletes the group and its schedules. */
function remove(parts: SchedulerParts, input: OperationInput, context: RequestContext): unknown {
  const name = requiredText('name', input.Name, SCHEDULER_NAME);
  if (name === 'default') throw validationError('The default schedule group cannot be deleted.');
  requiredGroup(parts, name, context);
  parts.cloud.store.transaction(() => {
    for (const [key, schedule] of parts.records.schedules.entries(scheduleKey(context, name))) {
      parts.records.schedules.delete(key);
      parts.timers.deleted(schedule);
    }
    parts.records.groups.delete(groupKey(context, name));
  });
  return {};
}

function list(parts: SchedulerParts, input: OperationInput, context: RequestContext): unknown {
  const stored = parts.records.groups.entries(groupKey(context, '')).map(([, group]) => group);
  const groups = [requiredGroup(parts, 'default', context), ...stored.filter(({ name }) => name !== 'default')];
  const prefix = typeof input.NamePrefix === 'string' ? input.NamePrefix : '';
  const { items, NextToken } = schedulerPage(
    groups.filter(({ name }) => name.startsWith(prefix)),
    input,
  );
  return { ScheduleGroups: items.map(described), NextToken };
}

function described(group: GroupRecord): Record<string, unknown> {
  return {
    Arn: group.arn,
    Name: group.name,
    State: group.state,
    CreationDate: new Date(group.createdAt),
    LastModificationDate: new Date(group.modifiedAt),
  };
}
