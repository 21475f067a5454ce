import { randomUUID } from 'node:crypto';
import { AwsError } from '../../kernel/errors.ts';
import type { OperationInput, RequestContext } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store.ts';
import { type Change, changesOf } from '../change-preview.ts';
import type { Engine } from '../engine.ts';
import type { StackRecord } from '../stack-record.ts';
import type { StackRunner } from '../stack-runner.ts';
import { parseTemplate, validationError } from '../template.ts';
import { type ChangeSetRecord, findSet, lookUp, requireSet } from './change-set-record.ts';
import { checkLimit, newStack } from './create-stack.ts';
import { checkStackName, flag, page, requireTemplateText } from './stack-input.ts';
import { checkUpdatable, prepareUpdate, startUpdate } from './update-stack.ts';

const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html */
export async function createChangeSet(
  engine: Engine,
  sets: Collection<ChangeSetRecord>,
  input: OperationInput,
  context: RequestContext,
  limit: number,
) {
  const name = String(input.ChangeSetName);
  if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name)) {
    throw validationError(
      `1 validation error detected: Value '${name}' at 'changeSetName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    );
  }
  const existing = engine.stacks.find(context.accountId, context.region, String(input.StackName));
  const type = input.ChangeSetType ?? 'UPDATE';
  if (type !== 'CREATE' && type !== 'UPDATE') {
    throw validationError(`ChangeSetType ${type} is not supported by the local cloud`);
  }
  const known = existing && findSet(sets, existing.stackId, name);
  if (known) throw new AwsError('AlreadyExistsException', `ChangeSet ${known.ChangeSetId} already exists`);
  const ids = { name, type: type as 'CREATE' | 'UPDATE', region: context.region, accountId: context.accountId };
  if (type === 'UPDATE' || (existing && existing.status !== 'REVIEW_IN_PROGRESS')) {
    return forUpdate(engine, sets, existing, { ...ids, type: 'UPDATE' }, input, context);
  }
  checkLimit(engine, context, limit);
  const text = await requireTemplateText(engine, input, context);
  const template = parseTemplate(text);
  const stack = await newStack(
    engine,
    checkStackName(existing?.stackName ?? input.StackName),
    template,
    input,
    context,
  );
  const next = {
    ...stack,
    stackId: existing?.stackId ?? stack.stackId,
    createdAt: existing?.createdAt ?? stack.createdAt,
  };
  if (!existing) {
    engine.stacks.put({ ...next, status: 'REVIEW_IN_PROGRESS' });
    engine.stacks.putTemplate(next.stackId, text);
    engine.stacks.setStatus(next.stackId, 'REVIEW_IN_PROGRESS', 'User Initiated');
  }
  const changes = await changesOf(engine, next, template, undefined);
  return keep(engine, sets, ids, input, { text, next, changes, differs: true });
}

async function forUpdate(
  engine: Engine,
  sets: Collection<ChangeSetRecord>,
  stack: StackRecord | undefined,
  ids: SetIds,
  input: OperationInput,
  context: RequestContext,
) {
  if (!stack) throw validationError(`Stack [${input.StackName}] does not exist`);
  if (input.ChangeSetType === 'CREATE') {
    throw validationError(
      `Stack [${stack.stackName}] already exists and cannot be created again with the changeSet [${ids.name}].`,
    );
  }
  checkUpdatable(stack);
  const text = flag(input.UsePreviousTemplate)
    ? engine.stacks.templateText(stack.stackId)
    : await requireTemplateText(engine, input, context);
  const { next, template, differs } = await prepareUpdate(engine, stack, text, input, context);
  const changes = differs ? await changesOf(engine, next, template, engine.stacks.template(stack.stackId)) : [];
  return keep(engine, sets, ids, input, { text, next, changes, differs });
}

interface SetIds {
  name: string;
  type: 'CREATE' | 'UPDATE';
  region: string;
  accountId: string;
}

function keep(
  engine: Engine,
  sets: Collection<ChangeSetRecord>,
  ids: SetIds,
  input: OperationInput,
  found: { text: string; next: StackRecord; changes: Change[]; differs: boolean },
) {
  const ChangeSetId = `arn:aws:cloudformation:${ids.region}:${ids.accountId}:changeSet/${ids.name}/${randomUUID()}`;
  const { stackId: StackId, stackName: StackName } = found.next;
  sets.put(ChangeSetId, {
    ChangeSetId,
    ChangeSetName: ids.name,
    StackId,
    StackName,
    Type: ids.type,
    Description: input.Description,
    Status: found.differs ? 'CREATE_COMPLETE' : 'FAILED',
    StatusReason: found.differs ? undefined : NO_CHANGES,
    ExecutionStatus: found.differs ? 'AVAILABLE' : 'UNAVAILABLE',
    createdAt: engine.cloud.clock.now(),
    text: found.text,
    next: found.next,
    changes: found.changes,
  });
  return { Id: ChangeSetId, StackId };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html */
export function describeChangeSet(
  engine: Engine,
  sets: Collection<ChangeSetRecord>,
  input: OperationInput,
  context: RequestContext,
) {
  const set = requireSet(engine, sets, input, context);
  const { items, NextToken } = page(set.changes, input.NextToken, 100);
  return {
    ...summaryOf(set),
    Parameters: Object.entries(set.next.parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
    Tags: set.next.tags,
    Capabilities: set.next.capabilities,
    NotificationARNs: set.next.notificationArns,
    Changes: items,
    NextToken,
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html */
export function executeChangeSet(
  engine: Engine,
  runner: StackRunner,
  sets: Collection<ChangeSetRecord>,
  input: OperationInput,
  context: RequestContext,
) {
  const set = requireSet(engine, sets, input, context);
  if (set.ExecutionStatus !== 'AVAILABLE') {
    throw new AwsError(
      'InvalidChangeSetStatus',
      `ChangeSet [${set.ChangeSetId}] cannot be executed in its current status of [${set.Status}]`,
    );
  }
  const stack = engine.stacks.byId(set.StackId);
  const operation = {
    ...set.next.operation,
    token: input.ClientRequestToken,
    caller: context.caller,
    startedAt: engine.cloud.clock.now(),
  };
  if (flag(input.DisableRollback)) operation.onFailure = 'DO_NOTHING';
  const next = {
    ...set.next,
    operation,
    changeSetId: set.ChangeSetId,
    terminationProtection: stack.terminationProtection,
  };
  engine.stacks.transaction(() => {
    for (const [key, other] of sets.entries()) {
      if (other.StackId === set.StackId)
        sets.put(key, { ...other, ExecutionStatus: key === set.ChangeSetId ? 'EXECUTE_COMPLETE' : 'OBSOLETE' });
    }
    if (set.Type === 'UPDATE') {
      checkUpdatable(stack);
      startUpdate(engine, stack, { text: set.text, template: parseTemplate(set.text), next, differs: true });
      return;
    }
    engine.stacks.putTemplate(set.StackId, set.text);
    engine.stacks.put(next);
    engine.stacks.setStatus(set.StackId, 'CREATE_IN_PROGRESS', 'User Initiated');
  });
  runner.run(set.StackId);
  return {};
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteChangeSet.html */
export function deleteChangeSet(
  engine: Engine,
  sets: Collection<ChangeSetRecord>,
  input: OperationInput,
  context: RequestContext,
) {
  const set = lookUp(engine, sets, input, context);
  if (set) sets.delete(set.ChangeSetId);
  return {};
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListChangeSets.html */
export function listChangeSets(
  engine: Engine,
  sets: Collection<ChangeSetRecord>,
  input: OperationInput,
  context: RequestContext,
) {
  const stack = engine.stacks.require(context.accountId, context.region, String(input.StackName));
  const own = sets
    .entries()
    .map(([, set]) => set)
    .filter((set) => set.StackId === stack.stackId);
  const { items, NextToken } = page(own, input.NextToken, 100);
  return { Summaries: items.map(summaryOf), NextToken };
}

function summaryOf(set: ChangeSetRecord) {
  const { ChangeSetId, ChangeSetName, StackId, StackName, Description, Status, StatusReason, ExecutionStatus } = set;
  return {
    ChangeSetId,
    ChangeSetName,
    StackId,
    StackName,
    Description,
    Status,
    StatusReason,
    ExecutionStatus,
    CreationTime: new Date(set.createdAt),
  };
}
