import type { Collection, Store } from '../kernel/store.ts';

/** A target as CreateSchedule took it. */
export interface ScheduleTarget {
  Arn: string;
  RoleArn: string;
  Input?: string;
  DeadLetterConfig?: { Arn?: string };
  RetryPolicy?: { MaximumRetryAttempts?: number; MaximumEventAgeInSeconds?: number };
  SqsParameters?: { MessageGroupId?: string };
  EventBridgeParameters?: { DetailType: string; Source: string };
  [parameters: string]: unknown;
}

export interface ScheduleRecord {
  name: string;
  group: string;
  arn: string;
  accountId: string;
  region: string;
  expression: string;
  timeZone: string;
  description?: string;
  state: 'ENABLED' | 'DISABLED';
  flexibleWindow: { Mode: 'OFF' | 'FLEXIBLE'; MaximumWindowInMinutes?: number };
  afterCompletion: 'NONE' | 'DELETE';
  /** Milliseconds since the epoch. */
  startDate?: number;
  endDate?: number;
  kmsKeyArn?: string;
  target: ScheduleTarget;
  createdAt: number;
  modifiedAt: number;
  /** Of a one-time schedule: it has been invoked. */
  completed?: boolean;
}

export interface GroupRecord {
  name: string;
  arn: string;
  state: 'ACTIVE' | 'DELETING';
  tags: Record<string, string>;
  createdAt: number;
  modifiedAt: number;
}

/** One invocation of a target, kept until it succeeded or went to the dead-letter queue. */
export interface InvocationRecord {
  id: string;
  scheduleArn: string;
  accountId: string;
  region: string;
  target: ScheduleTarget;
  scheduledAt: number;
  ingestedAt: number;
  failedAttempts: number;
  nextAttemptAt: number;
}

/** Everything EventBridge Scheduler keeps. */
export interface SchedulerStore {
  readonly schedules: Collection<ScheduleRecord>;
  readonly groups: Collection<GroupRecord>;
  readonly invocations: Collection<InvocationRecord>;
}

/** Opens the collections of EventBridge Scheduler. */
export function openSchedulerStore(store: Store): SchedulerStore {
  return {
    schedules: store.collection('scheduler.schedules'),
    groups: store.collection('scheduler.groups'),
    invocations: store.collection('scheduler.invocations'),
  };
}

/** Account and region of a request. */
export interface Scope {
  readonly accountId: string;
  readonly region: string;
}

/** Key of a schedule; with an empty name the prefix of its group's, with neither that of the account's and region's. */
export function scheduleKey(scope: Scope, group?: string, name = ''): string {
  const prefix = `${scope.accountId}|${scope.region}|`;
  return group === undefined ? prefix : `${prefix}${group}|${name}`;
}

export function groupKey(scope: Scope, name: string): string {
  return `${scope.accountId}|${scope.region}|${name}`;
}

export function scheduleArn(scope: Scope, group: string, name: string): string {
  return `arn:aws:scheduler:${scope.region}:${scope.accountId}:schedule/${group}/${name}`;
}

export function groupArn(scope: Scope, name: string): string {
  return `arn:aws:scheduler:${scope.region}:${scope.accountId}:schedule-group/${name}`;
}
