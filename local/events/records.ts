import type { Collection, Store } from '../kernel/store.ts';

/** Tags as the store keeps them. */
export type Tags = Record<string, string>;

/** Where a bus lives: everything below it (rules, archives) carries the same prefix of keys. */
export interface BusAddress {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

export interface BusRecord extends BusAddress {
  description?: string;
  kmsKeyIdentifier?: string;
  deadLetterArn?: string;
  logConfig?: unknown;
  /** Statements of the bus policy, in order. */
  statements: Record<string, unknown>[];
  tags: Tags;
  /** Milliseconds of the simulated clock. */
  createdAt: number;
  modifiedAt: number;
}

/** A target as PutTargets took it; members that no delivery needs are kept for ListTargetsByRule. */
export interface TargetRecord {
  Id: string;
  Arn: string;
  RoleArn?: string;
  Input?: string;
  InputPath?: string;
  InputTransformer?: { InputPathsMap?: Record<string, string>; InputTemplate: string };
  SqsParameters?: { MessageGroupId?: string };
  DeadLetterConfig?: { Arn?: string };
  RetryPolicy?: { MaximumRetryAttempts?: number; MaximumEventAgeInSeconds?: number };
  [parameters: string]: unknown;
}

export interface RuleRecord {
  name: string;
  arn: string;
  bus: BusAddress;
  state: 'ENABLED' | 'DISABLED' | 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
  eventPattern?: string;
  scheduleExpression?: string;
  description?: string;
  roleArn?: string;
  tags: Tags;
  targets: TargetRecord[];
  createdAt: number;
}

/** One event on its way to one target. Kept until the target took it, or it went to the dead-letter queue. */
export interface DeliveryRecord {
  id: string;
  ruleArn: string;
  ruleName: string;
  accountId: string;
  region: string;
  target: TargetRecord;
  eventId: string;
  /** JSON text of the event. */
  event: string;
  /** When the event reached the bus, in milliseconds of the simulated clock. */
  ingestedAt: number;
  failedAttempts: number;
  nextAttemptAt: number;
}

export interface ArchiveRecord {
  name: string;
  arn: string;
  bus: BusAddress;
  description?: string;
  eventPattern?: string;
  /** 0: for ever. */
  retentionDays: number;
  kmsKeyIdentifier?: string;
  createdAt: number;
  eventCount: number;
  sizeBytes: number;
}

export interface ArchivedEvent {
  event: string;
  eventId: string;
  archivedAt: number;
}

export interface ReplayRecord {
  name: string;
  arn: string;
  archiveArn: string;
  bus: BusAddress;
  ruleArns: string[];
  description?: string;
  state: 'STARTING' | 'RUNNING' | 'CANCELLING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  stateReason?: string;
  /** The window of event times, milliseconds. */
  from: number;
  to: number;
  startedAt: number;
  endedAt?: number;
  lastReplayedAt?: number;
  /** Key of the last archived event that was replayed, so that a restart goes on behind it. */
  position?: string;
}

/** Everything EventBridge keeps. */
export interface EventsStore {
  readonly buses: Collection<BusRecord>;
  readonly rules: Collection<RuleRecord>;
  readonly deliveries: Collection<DeliveryRecord>;
  readonly archives: Collection<ArchiveRecord>;
  readonly archivedEvents: Collection<ArchivedEvent>;
  readonly replays: Collection<ReplayRecord>;
}

/** Opens the collections of EventBridge. */
export function openEventsStore(store: Store): EventsStore {
  return {
    buses: store.collection('events.buses'),
    rules: store.collection('events.rules'),
    deliveries: store.collection('events.deliveries'),
    archives: store.collection('events.archives'),
    archivedEvents: store.collection('events.archived-events'),
    replays: store.collection('events.replays'),
  };
}

/** Key of a bus; those of its rules begin with it. A bus name may hold slashes, so `|` ends it. */
export function busKey(bus: BusAddress): string {
  return `${bus.accountId}|${bus.region}|${bus.name}|`;
}

export function ruleKey(bus: BusAddress, name: string): string {
  return `${busKey(bus)}${name}`;
}

/** Key of what belongs to an account and region directly (archives, replays). */
export function regionalKey(scope: { accountId: string; region: string }, name: string): string {
  return `${scope.accountId}|${scope.region}|${name}`;
}
