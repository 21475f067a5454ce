import type { Caller } from '../kernel/service.ts';
import type { ExistingResource, Properties, Tag } from './resource-provider.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html (StackStatus) */
export type StackStatus =
  | 'REVIEW_IN_PROGRESS'
  | 'CREATE_IN_PROGRESS'
  | 'CREATE_COMPLETE'
  | 'CREATE_FAILED'
  | 'ROLLBACK_IN_PROGRESS'
  | 'ROLLBACK_COMPLETE'
  | 'ROLLBACK_FAILED'
  | 'DELETE_IN_PROGRESS'
  | 'DELETE_COMPLETE'
  | 'DELETE_FAILED'
  | 'UPDATE_IN_PROGRESS'
  | 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'
  | 'UPDATE_COMPLETE'
  | 'UPDATE_FAILED'
  | 'UPDATE_ROLLBACK_IN_PROGRESS'
  | 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'
  | 'UPDATE_ROLLBACK_COMPLETE'
  | 'UPDATE_ROLLBACK_FAILED';

export type ResourceStatus =
  | 'CREATE_IN_PROGRESS'
  | 'CREATE_COMPLETE'
  | 'CREATE_FAILED'
  | 'UPDATE_IN_PROGRESS'
  | 'UPDATE_COMPLETE'
  | 'UPDATE_FAILED'
  | 'DELETE_IN_PROGRESS'
  | 'DELETE_COMPLETE'
  | 'DELETE_FAILED'
  | 'DELETE_SKIPPED';

export interface StackOutput {
  OutputKey: string;
  OutputValue: string;
  Description?: string;
  ExportName?: string;
}

/** Everything about a stack that an update replaces, and a rollback brings back. */
export interface StackSettings {
  description?: string;
  /** Texts as given; values of SSM parameters in `resolvedParameters`. */
  parameters: Record<string, string>;
  resolvedParameters: Record<string, string>;
  tags: Tag[];
  capabilities: string[];
  roleArn?: string;
  notificationArns: string[];
  outputs: StackOutput[];
}

/** The operation that runs, or ran last, on a stack. */
export interface StackOperation {
  id: string;
  kind: 'create' | 'update' | 'delete';
  /** ClientRequestToken. */
  token?: string;
  onFailure: 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';
  /** Logical ids that a deletion leaves alone. */
  retain: string[];
  /** Who asked; its rights apply unless the stack has a role. */
  caller: Caller;
  /** Settings before an update. */
  previous?: StackSettings;
  timeoutMinutes?: number;
  startedAt: number;
}

export interface StackRecord extends StackSettings {
  stackId: string;
  stackName: string;
  accountId: string;
  region: string;
  status: StackStatus;
  statusReason?: string;
  createdAt: number;
  updatedAt?: number;
  deletedAt?: number;
  terminationProtection: boolean;
  disableRollback: boolean;
  timeoutMinutes?: number;
  changeSetId?: string;
  parentId?: string;
  rootId?: string;
  operation: StackOperation;
}

/** What an operation means to do to a resource, written before it does it. */
export interface ResourceIntent {
  kind: 'create' | 'update';
  name: string;
  properties: Properties;
  tags: Tag[];
  token: string;
  /** As soon as the service told it. */
  physicalId?: string;
}

export interface ResourceRecord {
  logicalId: string;
  type: string;
  status: ResourceStatus;
  statusReason?: string;
  updatedAt: number;
  deletionPolicy?: string;
  updateReplacePolicy?: string;
  /** Logical ids of the template it needs; they outlive it. */
  dependsOn: string[];
  metadata?: unknown;
  /** What exists. */
  current?: ExistingResource;
  intent?: ResourceIntent;
  /** Operation that has finished with this resource. */
  doneIn?: string;
  /** What existed before the running operation; null: nothing. Absent: untouched. */
  before?: ExistingResource | null;
  /** Superseded resources that wait for the cleanup. */
  leftovers: ExistingResource[];
}

export interface StackEventRecord {
  EventId: string;
  StackId: string;
  StackName: string;
  LogicalResourceId: string;
  PhysicalResourceId?: string;
  ResourceType: string;
  ResourceStatus: string;
  ResourceStatusReason?: string;
  ResourceProperties?: string;
  ClientRequestToken?: string;
  /** Milliseconds since the epoch. */
  Timestamp: number;
}

/** Whether an operation runs on the stack. */
export function inProgress(status: StackStatus): boolean {
  return status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
}
