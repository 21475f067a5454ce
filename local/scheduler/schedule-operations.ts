import { optionalText, requiredText, validationError } from '../events/validation.ts';
import { passRole } from '../iam/pass-role.ts';
import type { HttpBinding, OperationInput, RequestContext } from '../kernel/service.ts';
import { conflict, notFound } from './errors.ts';
import { requiredGroup } from './group-operations.ts';
import { assumeExecutionRole } from './invocations.ts';
import { schedulerPage } from './paging.ts';
import type { Operations, SchedulerParts } from './parts.ts';
import { type ScheduleRecord, scheduleArn, scheduleKey } from './records.ts';
import { SCHEDULER_NAME, scheduleSettings } from './schedule-input.ts';

const http = (method: string, uri = '/schedules/{Name}'): HttpBinding => ({ method, uri });

/** CreateSchedule, GetSchedule, UpdateSchedule, DeleteSchedule, ListSchedules. */
export function scheduleOperations(parts: SchedulerParts): Operations {
  const authorize = (operation: string) => (input: OperationInput, context: RequestContext) => [
    { action: `scheduler:${operation}`, resource: scheduleArn(context, groupOf(input), String(input.Name)) },
  ];
  const authorizeWithRole = (operation: string) => (input: OperationInput, context: RequestContext) => [
    ...authorize(operation)(input, context),
    ...(typeof input.Target?.RoleArn === 'string' ? [passRole(input.Target.RoleArn, 'scheduler.amazonaws.com')] : []),
  ];
  return {
    CreateSchedule: {
      http: http('POST'),
      authorize: authorizeWithRole('CreateSchedule'),
      handle: (input, context) => create(parts, input, context),
    },
    GetSchedule: {
      http: http('GET'),
      authorize: authorize('GetSchedule'),
      handle: (input, context) => described(existing(parts, input, context)),
    },
    UpdateSchedule: {
      http: http('PUT'),
      authorize: authorizeWithRole('UpdateSchedule'),
      handle: (input, context) => update(parts, input, context),
    },
    DeleteSchedule: {
      http: http('DELETE'),
      authorize: authorize('DeleteSchedule'),
      handle(input, context) {
        const schedule = existing(parts, input, context);
        parts.records.schedules.delete(scheduleKey(context, schedule.group, schedule.name));
        parts.timers.deleted(schedule);
        return {};
      },
    },
    ListSchedules: { http: http('GET', '/schedules'), handle: (input, context) => list(parts, input, context) },
  };
}

function create(parts: SchedulerParts, input: OperationInput, context: RequestContext): unknown {
  const name = requiredText('name', input.Name, SCHEDULER_NAME);
  const group = groupOf(input);
  requiredGroup(parts, group, context);
  if (parts.records.schedules.get(scheduleKey(context, group, name))) throw conflict('Schedule', name);
  const now = parts.cloud.clock.now();
  const { accountId, region } = context;
  const identity = { name, group, arn: scheduleArn(context, group, name), accountId, region };
  return saved(parts, { ...identity, ...scheduleSettings(input), createdAt: now, modifiedAt: now }, context);
}

function update(parts: SchedulerParts, input: OperationInput, context: RequestContext): unknown {
  const { name, group, arn, accountId, region, createdAt } = existing(parts, input, context);
  const identity = { name, group, arn, accountId, region, createdAt };
  return saved(parts, { ...identity, ...scheduleSettings(input), modifiedAt: parts.cloud.clock.now() }, context);
}

function saved(parts: SchedulerParts, schedule: ScheduleRecord, context: RequestContext): unknown {
  checkRole(parts, schedule.target.RoleArn);
  parts.records.schedules.put(scheduleKey(context, schedule.group, schedule.name), schedule);
  parts.timers.changed(schedule);
  return { ScheduleArn: schedule.arn };
}

function checkRole(parts: SchedulerParts, roleArn: string): void {
  try {
    assumeExecutionRole(parts.cloud, roleArn);
  } catch {
    throw validationError('The execution role you provide must allow AWS EventBridge Scheduler to assume the role.');
  }
}

/** `GroupName` is the query parameter `groupName` where a request has no body. */
function groupOf(input: OperationInput): string {
  return optionalText('groupName', input.GroupName ?? input.groupName, { least: 1, ...SCHEDULER_NAME }) ?? 'default';
}

function existing(parts: SchedulerParts, input: OperationInput, context: RequestContext): ScheduleRecord {
  const name = requiredText('name', input.Name, SCHEDULER_NAME);
  const schedule = parts.records.schedules.get(scheduleKey(context, groupOf(input), name));
  if (!schedule) throw notFound('Schedule', name);
  return schedule;
}

function list(parts: SchedulerParts, input: OperationInput, context: RequestContext): unknown {
  const group = optionalText('groupName', input.GroupName ?? input.ScheduleGroup, SCHEDULER_NAME);
  const prefix = optionalText('namePrefix', input.NamePrefix, SCHEDULER_NAME) ?? '';
  const schedules = parts.records.schedules
    .entries(scheduleKey(context, group))
    .map(([, schedule]) => schedule)
    .filter((schedule) => schedule.name.startsWith(prefix))
    .filter((schedule) => input.State === undefined || schedule.state === input.State);
  const { items, NextToken } = schedulerPage(schedules, input);
  return {
    Schedules: items.map((schedule) => ({ ...summary(schedule), Target: { Arn: schedule.target.Arn } })),
    NextToken,
  };
}

function summary(schedule: ScheduleRecord): Record<string, unknown> {
  return {
    Arn: schedule.arn,
    Name: schedule.name,
    GroupName: schedule.group,
    State: schedule.state,
    CreationDate: new Date(schedule.createdAt),
    LastModificationDate: new Date(schedule.modifiedAt),
  };
}

function described(schedule: ScheduleRecord): Record<string, unknown> {
  const date = (time: number | undefined) => (time === undefined ? undefined : new Date(time));
  return {
    ...summary(schedule),
    Description: schedule.description,
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: schedule.timeZone,
    StartDate: date(schedule.startDate),
    EndDate: date(schedule.endDate),
    KmsKeyArn: schedule.kmsKeyArn,
    FlexibleTimeWindow: schedule.flexibleWindow,
    ActionAfterCompletion: schedule.afterCompletion,
    Target: schedule.target,
  };
}
