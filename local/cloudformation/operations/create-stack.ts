import { randomUUID } from 'node:crypto';
import { AwsError } from '../../kernel/errors.ts';
import type { OperationInput, RequestContext } from '../../kernel/service.ts';
import { dependencyGraph } from '../dependencies.ts';
import type { Engine } from '../engine.ts';
import type { StackOperation, StackRecord } from '../stack-record.ts';
import { includedResources, stackScope } from '../stack-scope.ts';
import { parseTemplate, type Template, validationError } from '../template.ts';
import { checkRequestToken, checkStackName, flag, requireTemplateText, settingsOf } from './stack-input.ts';

/**
 * CreateStack: checks everything that AWS checks at once, then returns; the resources follow on the clock.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
 */
export async function createStack(
  engine: Engine,
  input: OperationInput,
  context: RequestContext,
  limit: number,
): Promise<{ StackId: string; started: boolean }> {
  const name = checkStackName(input.StackName);
  checkRequestToken(input);
  const existing = engine.stacks.find(context.accountId, context.region, name);
  if (existing) {
    // The same request again, after a lost response, is answered as the first one.
    if (
      input.ClientRequestToken !== undefined &&
      existing.operation.kind === 'create' &&
      existing.operation.token === input.ClientRequestToken
    ) {
      return { StackId: existing.stackId, started: false };
    }
    throw new AwsError('AlreadyExistsException', `Stack [${name}] already exists`);
  }
  checkLimit(engine, context, limit);
  const text = await requireTemplateText(engine, input, context);
  const template = parseTemplate(text);
  const stack = await newStack(engine, name, template, input, context);
  engine.stacks.transaction(() => {
    engine.stacks.putTemplate(stack.stackId, text);
    engine.stacks.put(stack);
    engine.stacks.setStatus(stack.stackId, 'CREATE_IN_PROGRESS', 'User Initiated');
  });
  return { StackId: stack.stackId, started: true };
}

/** Throws LimitExceededException when the account has all the stacks it may have in the region. */
export function checkLimit(engine: Engine, context: RequestContext, limit: number): void {
  const count = engine.stacks
    .list(context.accountId, context.region)
    .filter((stack) => stack.status !== 'DELETE_COMPLETE').length;
  if (count >= limit) throw new AwsError('LimitExceededException', `Limit for stack has been exceeded`);
}

/** The record of a stack to be, its settings checked. Nothing is stored. */
export async function newStack(
  engine: Engine,
  name: string,
  template: Template,
  input: OperationInput,
  context: RequestContext,
): Promise<StackRecord> {
  const now = engine.cloud.clock.now();
  const operation = operationOf('create', input, context, now);
  const { accountId, region } = context;
  const settings = await settingsOf(engine, { operation, region, roleArn: undefined }, template, input);
  const stack: StackRecord = {
    ...settings,
    stackId: `arn:aws:cloudformation:${region}:${accountId}:stack/${name}/${randomUUID()}`,
    stackName: name,
    accountId,
    region,
    status: 'CREATE_IN_PROGRESS',
    createdAt: now,
    terminationProtection: flag(input.EnableTerminationProtection),
    disableRollback: flag(input.DisableRollback),
    timeoutMinutes: input.TimeoutInMinutes === undefined ? undefined : Number(input.TimeoutInMinutes),
    operation,
  };
  checkReferences(engine, stack, template);
  return stack;
}

/** Throws ValidationError for references to nothing, cycles and conditions that do not exist. */
export function checkReferences(engine: Engine, stack: StackRecord, template: Template): void {
  const scope = stackScope(engine, stack, template);
  for (const name of Object.keys(template.Conditions)) scope.condition(name);
  dependencyGraph(template, includedResources(template, scope));
  const unknown = Object.values(template.Resources)
    .map((resource) => resource.Type)
    .filter((type) => !engine.providers.has(type));
  if (unknown.length > 0) {
    throw validationError(`Template format error: Unrecognized resource types: [${[...new Set(unknown)].join(', ')}]`);
  }
}

/** What a request asks of the operation it starts. */
export function operationOf(
  kind: StackOperation['kind'],
  input: OperationInput,
  context: RequestContext,
  now: number,
): StackOperation {
  if (input.OnFailure !== undefined && input.DisableRollback !== undefined) {
    throw validationError('You can specify either DisableRollback or OnFailure, but not both.');
  }
  const chosen = flag(input.DisableRollback) ? 'DO_NOTHING' : (input.OnFailure ?? input.OnStackFailure ?? 'ROLLBACK');
  if (!['ROLLBACK', 'DELETE', 'DO_NOTHING'].includes(chosen)) {
    throw validationError(
      `1 validation error detected: Value '${chosen}' at 'onFailure' failed to satisfy constraint: Member must satisfy enum value set: [ROLLBACK, DO_NOTHING, DELETE]`,
    );
  }
  return {
    id: randomUUID(),
    kind,
    token: input.ClientRequestToken,
    onFailure: chosen,
    retain: (input.RetainResources ?? input.ResourcesToSkip ?? []).map(String),
    caller: context.caller,
    startedAt: now,
  };
}
