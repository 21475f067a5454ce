import type { Engine } from '../engine.ts';
import { visitGraph } from '../graph-runner.ts';
import { updateResource } from '../resource-action.ts';
import type { ResourceRecord, StackRecord } from '../stack-record.ts';
import { unfinished } from './remove.ts';

/**
 * Brings every resource that a failed update touched back to what it was: in place, or by returning to the resource that
 * was being replaced. New resources wait for the cleanup. Returns the logical ids that could not be brought back.
 */
export async function rollBackResources(
  engine: Engine,
  stack: StackRecord,
  skip: readonly string[],
): Promise<string[]> {
  const touched = engine.stacks.resources(stack.stackId).filter((record) => record.before !== undefined);
  const ids = new Set(touched.map((record) => record.logicalId));
  const graph = new Map(
    touched.map((record) => [record.logicalId, new Set(record.dependsOn.filter((id) => ids.has(id)))]),
  );
  const byId = new Map(touched.map((record) => [record.logicalId, record]));
  const failed: string[] = [];
  await visitGraph(graph, async (id) => {
    const record = byId.get(id);
    if (record && !(await rollBackResource(engine, stack, record, skip.includes(id)))) failed.push(id);
    return true;
  });
  return failed;
}

async function rollBackResource(
  engine: Engine,
  stack: StackRecord,
  record: ResourceRecord,
  skipped: boolean,
): Promise<boolean> {
  const { before } = record;
  const save = () => engine.stacks.putResource(stack.stackId, record);
  const made = record.current && record.current.physicalId !== before?.physicalId ? record.current : unfinished(record);
  if (before === null || made || record.intent?.kind === 'create') {
    if (made) record.leftovers = [...record.leftovers.filter((item) => item.physicalId !== before?.physicalId), made];
    // Whatever the policy says of replaced resources: what the failed update made goes.
    record.updateReplacePolicy = undefined;
    record.current = before ?? undefined;
    record.intent = undefined;
    record.before = undefined;
    if (before) {
      record.status = 'UPDATE_COMPLETE';
      record.statusReason = undefined;
      engine.stacks.recordResource(stack.stackId, record);
    } else save();
    return true;
  }
  if (!before || skipped) {
    record.before = undefined;
    record.intent = undefined;
    record.status = 'UPDATE_COMPLETE';
    save();
    return true;
  }
  // A failed update may have changed some of what it meant to: everything it named counts as changed.
  const attempted = record.intent ?? record.current ?? before;
  record.intent = undefined;
  const existing = { ...before, properties: attempted.properties, tags: attempted.tags };
  const restored = await updateResource(engine, stack, record, existing, {
    properties: before.properties,
    tags: before.tags,
  });
  if (restored) {
    record.before = undefined;
    save();
  }
  return restored;
}
