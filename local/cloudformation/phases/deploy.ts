import { dependencyGraph } from '../dependencies.ts';
import type { Engine } from '../engine.ts';
import { checkExportsFree } from '../exports.ts';
import { visitGraph } from '../graph-runner.ts';
import { failureReason } from '../handler-errors.ts';
import { createResource, type Desired, updateResource } from '../resource-action.ts';
import { sameJson } from '../resource-provider.ts';
import type { ResourceRecord, StackRecord } from '../stack-record.ts';
import { desiredState, includedResources, stackScope } from '../stack-scope.ts';
import type { Template, TemplateResource } from '../template.ts';
import { resolveOutputs } from './outputs.ts';

/** How a deployment went: nothing to say, or why it failed. */
export type PhaseResult = { ok: true } | { ok: false; reason: string };

/**
 * Brings every resource of the stack's template to what it says: creates, updates and replaces, in order of dependency.
 * Resources that this operation has finished before (a restart) are left alone. Sets the stack's outputs.
 */
export async function deployResources(
  engine: Engine,
  stack: StackRecord,
  cancel: AbortController,
): Promise<PhaseResult> {
  const template = engine.stacks.template(stack.stackId);
  try {
    const included = includedResources(template, stackScope(engine, stack, template));
    const graph = dependencyGraph(template, included);
    const visit = (id: string) =>
      deployResource(engine, stack, template, id, [...(graph.get(id) ?? [])], cancel.signal);
    const failed = await visitGraph(graph, visit, () => cancel.abort());
    if (failed.length > 0 || cancel.signal.aborted) return { ok: false, reason: failedText(engine, stack, failed) };
    const outputs = await resolveOutputs(engine, stack, template);
    checkExportsFree(engine.stacks, stack, outputs);
    engine.stacks.put({ ...engine.stacks.byId(stack.stackId), outputs });
    return { ok: true };
  } catch (error) {
    return { ok: false, reason: (error as Error).message };
  }
}

function failedText(engine: Engine, stack: StackRecord, failed: readonly string[]): string {
  const records = failed
    .map((id) => engine.stacks.resource(stack.stackId, id))
    .filter((record) => record !== undefined);
  const named = (verb: string, status: string) => {
    const ids = records.filter((record) => record.status === status).map((record) => record.logicalId);
    return ids.length === 0 ? '' : `The following resource(s) failed to ${verb}: [${ids.sort().join(', ')}]. `;
  };
  return named('create', 'CREATE_FAILED') + named('update', 'UPDATE_FAILED');
}

async function deployResource(
  engine: Engine,
  stack: StackRecord,
  template: Template,
  logicalId: string,
  dependsOn: string[],
  signal: AbortSignal,
): Promise<boolean> {
  const resource = template.Resources[logicalId] as TemplateResource;
  const record = recordFor(engine, stack, logicalId, resource, dependsOn);
  if (record.doneIn === stack.operation.id) return true;
  const desired = () => desiredState(engine, stack, template, logicalId);
  if (!record.current || record.intent?.kind === 'create') {
    if (stack.operation.kind === 'update') record.before ??= null;
    return createResource(engine, stack, record, desired, signal);
  }
  try {
    return await changeResource(engine, stack, record, await desired(), signal);
  } catch (error) {
    record.status = 'UPDATE_FAILED';
    record.statusReason = failureReason(error, stack.operation.id, record.type);
    engine.stacks.recordResource(stack.stackId, record);
    return false;
  }
}

function recordFor(
  engine: Engine,
  stack: StackRecord,
  logicalId: string,
  resource: TemplateResource,
  dependsOn: string[],
): ResourceRecord {
  const known = engine.stacks.resource(stack.stackId, logicalId);
  return {
    leftovers: [],
    updatedAt: engine.cloud.clock.now(),
    status: 'CREATE_IN_PROGRESS',
    ...known,
    logicalId,
    type: resource.Type,
    dependsOn,
    metadata: resource.Metadata,
    deletionPolicy: textOrUndefined(resource.DeletionPolicy),
    updateReplacePolicy: textOrUndefined(resource.UpdateReplacePolicy),
  };
}

function textOrUndefined(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

async function changeResource(
  engine: Engine,
  stack: StackRecord,
  record: ResourceRecord,
  desired: Desired,
  signal: AbortSignal,
): Promise<boolean> {
  const existing = record.current;
  if (!existing) throw new Error(`${record.logicalId} does not exist`);
  const provider = engine.providers.get(record.type);
  const changed = [...new Set([...Object.keys(existing.properties), ...Object.keys(desired.properties)])].filter(
    (name) => !sameJson(existing.properties[name], desired.properties[name]),
  );
  const tagsChanged = provider?.properties.some((name) => name === 'Tags') && !sameJson(existing.tags, desired.tags);
  if (changed.length === 0 && !tagsChanged) {
    record.doneIn = stack.operation.id;
    engine.stacks.putResource(stack.stackId, record);
    return true;
  }
  record.before = existing;
  const replace = !provider?.update || changed.some((name) => provider.replaceOn.includes(name));
  if (!replace) return updateResource(engine, stack, record, existing, desired, signal);
  return createResource(engine, stack, record, async () => desired, signal);
}
