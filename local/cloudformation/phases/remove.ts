import { randomUUID } from 'node:crypto';
import { type DependencyGraph, reversed } from '../dependencies.ts';
import type { Engine } from '../engine.ts';
import { visitGraph } from '../graph-runner.ts';
import { failureReason } from '../handler-errors.ts';
import { deletePhysical } from '../resource-action.ts';
import type { ExistingResource } from '../resource-provider.ts';
import type { ResourceRecord, StackRecord } from '../stack-record.ts';

/** When a resource is left standing instead of being deleted. */
export type Keeps = (record: ResourceRecord) => boolean;

/**
 * Removes the resources given, those that need others first. After a failure the ones that do not depend on the failed
 * one still go. Returns the logical ids that could not be removed.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
 */
export async function removeResources(
  engine: Engine,
  stack: StackRecord,
  records: readonly ResourceRecord[],
  keeps: Keeps,
): Promise<string[]> {
  const byId = new Map(records.map((record) => [record.logicalId, record]));
  const graph: DependencyGraph = new Map(
    records.map((record) => [record.logicalId, new Set(record.dependsOn.filter((id) => byId.has(id)))]),
  );
  const failed = new Set<string>();
  const order = reversed(graph);
  await visitGraph(order, async (id) => {
    const blocked = [...(order.get(id) ?? [])].some((dependent) => failed.has(dependent));
    const record = byId.get(id);
    // What a failed resource may still use stays; it is reported by the failed one.
    if (blocked || !record || !(await removeResource(engine, stack, record, keeps))) failed.add(id);
    return true;
  });
  return records
    .filter((record) => failed.has(record.logicalId) && record.status === 'DELETE_FAILED')
    .map((record) => record.logicalId);
}

async function removeResource(
  engine: Engine,
  stack: StackRecord,
  record: ResourceRecord,
  keeps: Keeps,
): Promise<boolean> {
  const { stacks } = engine;
  const existing = record.current ?? unfinished(record);
  const kept = existing !== undefined && keeps(record);
  const note = (status: ResourceRecord['status'], reason?: string) => {
    record.status = status;
    record.statusReason = reason;
    stacks.recordResource(stack.stackId, record, existing?.physicalId ?? '');
  };
  try {
    await removeLeftovers(engine, stack, record);
    if (!kept) note('DELETE_IN_PROGRESS');
    if (existing && !kept) await deletePhysical(engine, stack, record.logicalId, record.type, existing);
  } catch (error) {
    note('DELETE_FAILED', failureReason(error, randomUUID(), record.type));
    return false;
  }
  note(kept ? 'DELETE_SKIPPED' : 'DELETE_COMPLETE');
  record.current = undefined;
  record.intent = undefined;
  stacks.putResource(stack.stackId, record);
  return true;
}

/** A resource that the service has begun to make and that never became ready. */
export function unfinished(record: ResourceRecord): ExistingResource | undefined {
  const { intent } = record;
  if (intent?.physicalId === undefined || intent.kind !== 'create') return undefined;
  return { physicalId: intent.physicalId, properties: intent.properties, tags: intent.tags };
}

/** Deletes what replacements have superseded, unless UpdateReplacePolicy keeps it. Throws what the service threw. */
export async function removeLeftovers(engine: Engine, stack: StackRecord, record: ResourceRecord): Promise<void> {
  const { stacks } = engine;
  for (const leftover of [...record.leftovers]) {
    const event = (status: ResourceRecord['status'], reason?: string) =>
      stacks.recordEvent(stack, record, status, leftover.physicalId, reason);
    if (record.updateReplacePolicy?.startsWith('Retain')) event('DELETE_SKIPPED');
    else {
      event('DELETE_IN_PROGRESS');
      try {
        await deletePhysical(engine, stack, record.logicalId, record.type, leftover);
      } catch (error) {
        event('DELETE_FAILED', failureReason(error, randomUUID(), record.type));
        throw error;
      }
      event('DELETE_COMPLETE');
    }
    record.leftovers = record.leftovers.filter((item) => item !== leftover);
    stacks.putResource(stack.stackId, record);
  }
}
