import type { OperationInput, RequestContext } from '../../kernel/service.ts';
import type { Engine } from '../engine.ts';
import type { ResourceRecord, StackEventRecord, StackRecord } from '../stack-record.ts';
import { validationError } from '../template.ts';
import { page } from './stack-input.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html */
export function describeStacks(engine: Engine, input: OperationInput, context: RequestContext) {
  const { accountId, region } = context;
  if (input.StackName !== undefined && input.StackName !== '') {
    const stack = engine.stacks.require(accountId, region, String(input.StackName));
    return { Stacks: [describe(stack)] };
  }
  const stacks = engine.stacks.list(accountId, region).filter((stack) => stack.status !== 'DELETE_COMPLETE');
  const { items, NextToken } = page(newestFirst(stacks), input.NextToken, 100);
  return { Stacks: items.map((stack) => describe(stack)), NextToken };
}

/** Deleted stacks are listed for 90 days. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStacks.html */
export function listStacks(engine: Engine, input: OperationInput, context: RequestContext) {
  const filter: string[] = (input.StackStatusFilter ?? []).map(String);
  const oldest = engine.cloud.clock.now() - 90 * 86_400_000;
  const stacks = engine.stacks
    .list(context.accountId, context.region)
    .filter((stack) => (stack.deletedAt ?? Number.POSITIVE_INFINITY) >= oldest)
    .filter((stack) => filter.length === 0 || filter.includes(stack.status));
  const { items, NextToken } = page(newestFirst(stacks), input.NextToken, 100);
  const StackSummaries = items.map((stack) => ({
    StackId: stack.stackId,
    StackName: stack.stackName,
    TemplateDescription: stack.description,
    CreationTime: new Date(stack.createdAt),
    LastUpdatedTime: dateOf(stack.updatedAt),
    DeletionTime: dateOf(stack.deletedAt),
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    ParentId: stack.parentId,
    RootId: stack.rootId,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  }));
  return { StackSummaries, NextToken };
}

/** Newest event first. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackEvents.html */
export function describeStackEvents(engine: Engine, input: OperationInput, context: RequestContext) {
  const stack = engine.stacks.require(context.accountId, context.region, String(input.StackName));
  const { items, NextToken } = page(engine.stacks.events(stack.stackId), input.NextToken, 100);
  return { StackEvents: items.map(eventView), NextToken };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResource.html */
export function describeStackResource(engine: Engine, input: OperationInput, context: RequestContext) {
  const stack = engine.stacks.require(context.accountId, context.region, String(input.StackName));
  const record = engine.stacks.resource(stack.stackId, String(input.LogicalResourceId));
  if (!record) throw validationError(`Resource ${input.LogicalResourceId} does not exist for stack ${stack.stackName}`);
  return {
    StackResourceDetail: {
      ...resourceView(stack, record),
      StackId: stack.stackId,
      StackName: stack.stackName,
      Metadata: record.metadata === undefined ? undefined : JSON.stringify(record.metadata),
    },
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html */
export function describeStackResources(engine: Engine, input: OperationInput, context: RequestContext) {
  const stack = stackOf(engine, input, context);
  const records = engine.stacks
    .resources(stack.stackId)
    .filter((record) => input.LogicalResourceId === undefined || record.logicalId === input.LogicalResourceId)
    .slice(0, 100);
  return {
    StackResources: records.map((record) => {
      const { LastUpdatedTimestamp: Timestamp, ...view } = resourceView(stack, record);
      return { ...view, Timestamp, StackId: stack.stackId, StackName: stack.stackName };
    }),
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html */
export function listStackResources(engine: Engine, input: OperationInput, context: RequestContext) {
  const stack = engine.stacks.require(context.accountId, context.region, String(input.StackName));
  const { items, NextToken } = page(engine.stacks.resources(stack.stackId), input.NextToken, 100);
  return { StackResourceSummaries: items.map((record) => resourceView(stack, record)), NextToken };
}

function stackOf(engine: Engine, input: OperationInput, context: RequestContext): StackRecord {
  const { accountId, region } = context;
  if (input.StackName !== undefined) return engine.stacks.require(accountId, region, String(input.StackName));
  const id = String(input.PhysicalResourceId);
  const owner = engine.stacks
    .list(accountId, region)
    .find((stack) => engine.stacks.resources(stack.stackId).some((record) => record.current?.physicalId === id));
  if (!owner) throw validationError(`Stack for ${id} does not exist`);
  return owner;
}

function describe(stack: StackRecord) {
  return {
    StackId: stack.stackId,
    StackName: stack.stackName,
    ChangeSetId: stack.changeSetId,
    Description: stack.description,
    Parameters: Object.entries(stack.parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
      ResolvedValue: stack.resolvedParameters[ParameterKey],
    })),
    CreationTime: new Date(stack.createdAt),
    DeletionTime: dateOf(stack.deletedAt),
    LastUpdatedTime: dateOf(stack.updatedAt),
    RollbackConfiguration: {},
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DisableRollback: stack.disableRollback,
    NotificationARNs: stack.notificationArns,
    TimeoutInMinutes: stack.timeoutMinutes,
    Capabilities: stack.capabilities,
    Outputs: stack.outputs,
    RoleARN: stack.roleArn,
    Tags: stack.tags,
    EnableTerminationProtection: stack.terminationProtection,
    ParentId: stack.parentId,
    RootId: stack.rootId,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

function resourceView(stack: StackRecord, record: ResourceRecord) {
  return {
    LogicalResourceId: record.logicalId,
    PhysicalResourceId: record.current?.physicalId ?? record.intent?.physicalId,
    ResourceType: record.type,
    LastUpdatedTimestamp: new Date(record.updatedAt),
    ResourceStatus: record.status,
    ResourceStatusReason: record.statusReason,
    DriftInformation: { StackResourceDriftStatus: stack.status === 'DELETE_COMPLETE' ? 'DELETED' : 'NOT_CHECKED' },
  };
}

function eventView(event: StackEventRecord) {
  return { ...event, Timestamp: new Date(event.Timestamp) };
}

function newestFirst(stacks: StackRecord[]): StackRecord[] {
  return stacks.sort((left, right) => right.createdAt - left.createdAt);
}

function dateOf(time: number | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time);
}
