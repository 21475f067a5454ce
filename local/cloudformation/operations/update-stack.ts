import { randomUUID } from 'node:crypto';
import type { OperationInput, RequestContext } from '../../kernel/service.ts';
import type { Engine } from '../engine.ts';
import { sameJson } from '../resource-provider.ts';
import type { StackRecord, StackSettings, StackStatus } from '../stack-record.ts';
import { parseTemplate, type Template, validationError } from '../template.ts';
import { checkReferences, operationOf } from './create-stack.ts';
import { checkRequestToken, flag, settingsOf, templateText } from './stack-input.ts';

const UPDATABLE: StackStatus[] = [
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'CREATE_FAILED',
  'UPDATE_FAILED',
];

/**
 * UpdateStack. Throws ValidationError "No updates are to be performed." when nothing differs.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html
 */
export async function updateStack(
  engine: Engine,
  input: OperationInput,
  context: RequestContext,
): Promise<{ StackId: string; started: boolean }> {
  checkRequestToken(input);
  const stack = engine.stacks.require(context.accountId, context.region, String(input.StackName));
  if (
    input.ClientRequestToken !== undefined &&
    stack.operation.kind === 'update' &&
    stack.operation.token === input.ClientRequestToken
  ) {
    return { StackId: stack.stackId, started: false };
  }
  checkUpdatable(stack);
  const usePrevious = flag(input.UsePreviousTemplate);
  const text = usePrevious ? engine.stacks.templateText(stack.stackId) : await templateText(engine, input, context);
  if (text === undefined) throw validationError('Either Template URL or Template Body must be specified.');
  const prepared = await prepareUpdate(engine, stack, text, input, context);
  if (!prepared.differs) throw validationError('No updates are to be performed.');
  startUpdate(engine, stack, prepared);
  return { StackId: stack.stackId, started: true };
}

/** Throws ValidationError when the stack's state allows no update. */
export function checkUpdatable(stack: StackRecord): void {
  if (UPDATABLE.includes(stack.status)) return;
  throw validationError(`Stack:${stack.stackId} is in ${stack.status} state and can not be updated.`);
}

/** An update that has passed every check. */
export interface PreparedUpdate {
  text: string;
  template: Template;
  next: StackRecord;
  differs: boolean;
}

/** Checks an update without storing anything. */
export async function prepareUpdate(
  engine: Engine,
  stack: StackRecord,
  text: string,
  input: OperationInput,
  context: RequestContext,
): Promise<PreparedUpdate> {
  const template = parseTemplate(text);
  const operation = {
    ...operationOf('update', input, context, engine.cloud.clock.now()),
    previous: settingsFrom(stack),
  };
  const settings = await settingsOf(engine, { ...stack, operation }, template, input);
  const next: StackRecord = { ...stack, ...settings, operation };
  checkReferences(engine, next, template);
  const before = engine.stacks.template(stack.stackId);
  checkTypes(before, template);
  // What failed is tried again by an update with the same template.
  const differs = /_FAILED$/.test(stack.status) || templatesDiffer(before, template) || settingsDiffer(stack, settings);
  return { text, template, next, differs };
}

/** Starts an update that was prepared before. */
export function startUpdate(engine: Engine, stack: StackRecord, prepared: PreparedUpdate): void {
  const { stacks } = engine;
  stacks.transaction(() => {
    stacks.putTemplate(stack.stackId, stacks.templateText(stack.stackId), 'previous');
    stacks.putTemplate(stack.stackId, prepared.text);
    stacks.put({
      ...prepared.next,
      operation: { ...prepared.next.operation, id: randomUUID() },
      updatedAt: engine.cloud.clock.now(),
    });
    stacks.setStatus(stack.stackId, 'UPDATE_IN_PROGRESS', 'User Initiated');
  });
}

function settingsFrom(stack: StackRecord): StackSettings {
  const { description, parameters, resolvedParameters, tags, capabilities, roleArn, notificationArns, outputs } = stack;
  return { description, parameters, resolvedParameters, tags, capabilities, roleArn, notificationArns, outputs };
}

function checkTypes(before: Template, after: Template): void {
  const changed = Object.keys(after.Resources).filter((id) => {
    const old = before.Resources[id];
    return old !== undefined && old.Type !== after.Resources[id]?.Type;
  });
  if (changed.length === 0) return;
  throw validationError(
    `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${changed.join(', ')}]`,
  );
}

function templatesDiffer(before: Template, after: Template): boolean {
  return (['Resources', 'Outputs', 'Conditions', 'Mappings'] as const).some(
    (section) => !sameJson(before[section], after[section]),
  );
}

function settingsDiffer(before: StackSettings, after: StackSettings): boolean {
  return (['parameters', 'resolvedParameters', 'tags', 'notificationArns'] as const).some(
    (name) => !sameJson(before[name], after[name]),
  );
}
