import { randomUUID } from 'node:crypto';
import { type Activity, Cancelled, withActivity } from './activity.ts';
import type { Engine } from './engine.ts';
import { failureReason } from './handler-errors.ts';
import { validateProperties } from './property-validation.ts';
import { attempt, takeUsualTime } from './resource-attempt.ts';
import { existingName, nameOf } from './resource-name.ts';
import type { ExistingResource, Properties, ResourceProvider, ResourceState, Tag } from './resource-provider.ts';
import type { ResourceIntent, ResourceRecord, ResourceStatus, StackRecord } from './stack-record.ts';

/** What a create or an update is about to apply. */
export interface Desired {
  properties: Properties;
  tags: Tag[];
}

/**
 * Creates the resource (or a replacement of it) and journals each step: intent, physical id, result.
 * Resolves to false when it failed or was cancelled; the record says why.
 */
export function createResource(
  engine: Engine,
  stack: StackRecord,
  record: ResourceRecord,
  desired: () => Promise<Desired>,
  signal: AbortSignal,
): Promise<boolean> {
  const replacing = record.before !== undefined && record.before !== null;
  const verb = replacing ? 'UPDATE' : 'CREATE';
  return perform(engine, stack, record, verb, async (activity, journal) => {
    const provider = providerOf(engine, record.type);
    const resumed = record.intent?.kind === 'create';
    if (!resumed) {
      const { properties, tags } = await desired();
      const intent = { kind: 'create' as const, name: '', properties, tags, token: randomUUID() };
      journal.intend(
        intent,
        replacing
          ? 'Requested update requires the creation of a new physical resource; hence creating one.'
          : undefined,
      );
      validateProperties(provider, properties);
      intent.name = nameOf(provider, stack, record.logicalId, properties);
      refuseSameName(provider, record, intent.name);
      journal.save();
    }
    const action = {
      engine,
      stack,
      provider,
      intent: journal.intent(),
      logicalId: record.logicalId,
      activity,
      signal,
      initiated: journal.initiated,
    };
    const started = engine.cloud.clock.now();
    const state = await attempt(action, resumed, (request) => provider.create(request));
    journal.initiated(state.physicalId);
    await takeUsualTime(action, 'create', started);
    return state;
  });
}

/** Changes the resource in place to what is desired. */
export function updateResource(
  engine: Engine,
  stack: StackRecord,
  record: ResourceRecord,
  existing: ExistingResource,
  desired: Desired,
  signal?: AbortSignal,
): Promise<boolean> {
  return perform(engine, stack, record, 'UPDATE', async (activity, journal) => {
    const provider = providerOf(engine, record.type);
    const resumed = record.intent?.kind === 'update';
    const intent = {
      kind: 'update' as const,
      name: existingName(provider, existing, desired.properties),
      ...desired,
      token: randomUUID(),
      physicalId: existing.physicalId,
    };
    if (!resumed) journal.intend(intent);
    validateProperties(provider, desired.properties);
    const action = {
      engine,
      stack,
      provider,
      intent,
      logicalId: record.logicalId,
      activity,
      signal,
      initiated: () => undefined,
    };
    const started = engine.cloud.clock.now();
    const update = provider.update;
    if (!update) throw new ResourceRefused(`Resource type ${provider.type} does not support updates`);
    const state = await attempt(action, resumed, (request) => update(request, existing));
    await takeUsualTime(action, 'update', started);
    return state;
  });
}

/** Removes one physical resource. Throws what the service threw. Journals nothing: repeating it is harmless. */
export async function deletePhysical(
  engine: Engine,
  stack: StackRecord,
  logicalId: string,
  type: string,
  existing: ExistingResource,
): Promise<void> {
  await withActivity(engine.cloud.clock, `cloudformation delete ${logicalId}`, async (activity) => {
    const provider = providerOf(engine, type);
    const intent: ResourceIntent = {
      kind: 'update',
      name: existingName(provider, existing, existing.properties),
      properties: existing.properties,
      tags: existing.tags,
      token: randomUUID(),
      physicalId: existing.physicalId,
    };
    const action = { engine, stack, provider, intent, logicalId, activity, initiated: () => undefined };
    const started = engine.cloud.clock.now();
    await attempt(action, true, async (request) => {
      await provider.delete(request, existing);
      return existing;
    });
    await takeUsualTime(action, 'delete', started);
  });
}

interface Journal {
  intend(intent: ResourceIntent, reason?: string): void;
  intent(): ResourceIntent;
  save(): void;
  initiated(physicalId: string): void;
}

async function perform(
  engine: Engine,
  stack: StackRecord,
  record: ResourceRecord,
  verb: 'CREATE' | 'UPDATE',
  work: (activity: Activity, journal: Journal) => Promise<ResourceState>,
): Promise<boolean> {
  const { stacks } = engine;
  const note = (status: ResourceStatus, reason?: string) => {
    record.status = status;
    record.statusReason = reason;
    stacks.recordResource(stack.stackId, record);
  };
  const journal: Journal = {
    intend(intent, reason) {
      record.intent = intent;
      note(`${verb}_IN_PROGRESS`, reason);
    },
    intent() {
      if (!record.intent) throw new Error(`${record.logicalId} has no intent`);
      return record.intent;
    },
    save: () => stacks.putResource(stack.stackId, record),
    initiated(physicalId) {
      if (record.intent?.physicalId === physicalId) return;
      journal.intent().physicalId = physicalId;
      note(`${verb}_IN_PROGRESS`, verb === 'CREATE' ? 'Resource creation Initiated' : undefined);
    },
  };
  return withActivity(engine.cloud.clock, `cloudformation ${record.logicalId}`, async (activity) => {
    try {
      const state = await work(activity, journal);
      const { properties, tags } = journal.intent();
      record.current = { ...state, properties, tags };
      // In the same write as the success: a restart must not forget the resource that was replaced.
      if (replaces(record, state)) record.leftovers.push(record.before);
      record.doneIn = stack.operation.id;
      note(`${verb}_COMPLETE`);
      record.intent = undefined;
      journal.save();
      return true;
    } catch (error) {
      const action = verb === 'CREATE' ? 'creation' : 'update';
      note(`${verb}_FAILED`, error instanceof Cancelled ? `Resource ${action} cancelled` : reasonOf(error, record));
      return false;
    }
  });
}

function reasonOf(error: unknown, record: ResourceRecord): string {
  if (error instanceof ResourceRefused) return error.message;
  return failureReason(error, record.intent?.token ?? randomUUID(), record.type);
}

/** A resource that CloudFormation itself refuses, before any service is called. */
export class ResourceRefused extends Error {
  override readonly name = 'ResourceRefused';
}

/** The provider of a type. Throws ResourceRefused for a type that the local cloud does not know. */
export function providerOf(engine: Engine, type: string): ResourceProvider {
  const provider = engine.providers.get(type);
  if (!provider) throw new ResourceRefused(`Template format error: Unrecognized resource types: [${type}]`);
  return provider;
}

function refuseSameName(provider: ResourceProvider, record: ResourceRecord, name: string): void {
  const before = record.before;
  if (!provider.name || !before || existingName(provider, before, before.properties) !== name) return;
  throw new ResourceRefused(
    `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${name} and update the stack again.`,
  );
}

function replaces(
  record: ResourceRecord,
  state: ResourceState,
): record is ResourceRecord & { before: ExistingResource } {
  return record.intent?.kind === 'create' && !!record.before && record.before.physicalId !== state.physicalId;
}
