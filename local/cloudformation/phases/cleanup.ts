import type { Engine } from '../engine.ts';
import type { ResourceRecord, StackRecord } from '../stack-record.ts';
import { includedResources, stackScope } from '../stack-scope.ts';
import { removeLeftovers, removeResources } from './remove.ts';

/**
 * After an update or its rollback: deletes superseded resources and those that the template no longer has. What cannot
 * be deleted is reported by its DELETE_FAILED event and leaves the stack all the same, as on AWS.
 */
export async function cleanUp(engine: Engine, stack: StackRecord): Promise<void> {
  const { stacks } = engine;
  const template = stacks.template(stack.stackId);
  const included = includedResources(template, stackScope(engine, stack, template));
  const records = stacks.resources(stack.stackId);
  const removed = records.filter((record) => !included.has(record.logicalId));
  for (const record of records.filter((item) => included.has(item.logicalId))) {
    await removeLeftovers(engine, stack, record).catch((error: Error) => {
      engine.cloud.log('warn', 'a replaced resource could not be deleted', {
        stack: stack.stackName,
        resource: record.logicalId,
        error: error.message,
      });
    });
  }
  const gone = (record: ResourceRecord) => record.current === undefined && record.leftovers.length === 0;
  await removeResources(
    engine,
    stack,
    removed.filter((record) => !gone(record)),
    keptByPolicy,
  );
  stacks.transaction(() => {
    for (const record of removed) stacks.deleteResource(stack.stackId, record.logicalId);
    for (const record of stacks.resources(stack.stackId)) {
      stacks.putResource(stack.stackId, { ...record, before: undefined, intent: undefined, leftovers: [] });
    }
  });
}

/** Whether the template keeps the resource when the stack lets go of it. */
export function keptByPolicy(record: ResourceRecord): boolean {
  return record.deletionPolicy === 'Retain' || record.deletionPolicy === 'RetainExceptOnCreate';
}
