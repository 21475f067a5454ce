import { scopeOf } from '../context-object.ts';
import type { JsonValue } from '../contract.ts';
import type { State } from '../definition.ts';
import { evaluationFailure, runtimeFailure, StateFailure } from '../failure.ts';
import { compileTemplate } from '../jsonata/template.ts';
import { compilePathField, compilePayloadTemplate } from '../jsonpath/template.ts';
import type { PrivateDetails, Thread } from '../model.ts';
import { fromValue, isObject, type JsonObject } from '../payload.ts';
import type { Runtime } from '../runtime.ts';
import type { Scope } from '../scope.ts';
import { batchItems } from './map-batch.ts';
import { DISTRIBUTED_CONCURRENCY, distributedSettings, isDistributed } from './map-distributed.ts';
import { mapNumber } from './map-fields.ts';
import { mapProgress } from './map-progress.ts';
import { hasReader, readerItems } from './map-reader.ts';
import { effectiveInput } from './simple.ts';

/** Most iterations of an inline Map that run at once when MaxConcurrency is 0. */
const INLINE_CONCURRENCY = 40;

/**
 * Evaluates the items and starts the iterations.
 * https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html
 */
export async function executeMap(runtime: Runtime, thread: Thread, state: State): Promise<void> {
  const scope = scopeOf(thread, effectiveInput(thread, state));
  const distributed = isDistributed(state);
  const concurrency = (await mapNumber(state, 'MaxConcurrency', scope)) ?? 0;
  if (concurrency < 0) throw runtimeFailure('MaxConcurrency must not be negative.');
  const items = hasReader(state) ? await readOrFail(runtime, thread, state, scope) : await itemsOf(state, scope);
  if (!items) return;
  const batches = distributed
    ? await batchItems(state, items, scope, (all) => selectAll(thread, state, scope, all))
    : items;
  const limit = distributed ? DISTRIBUTED_CONCURRENCY : INLINE_CONCURRENCY;
  const extra: PrivateDetails = {
    items: batches,
    mc: concurrency === 0 ? limit : Math.min(concurrency, limit),
    ...(distributed && isObject(state.raw['ItemBatcher']) ? { b: 1 as const } : {}),
  };
  // The length is known before the settings are evaluated: AWS shows MapStateStarted also where those fail.
  const started = startedEvent(state, batches.length);
  let settings: Pick<PrivateDetails, 'run' | 'tc' | 'tp'> = {};
  try {
    settings = distributed ? await distributedSettings(thread, state, scope) : {};
  } catch (error) {
    if (error instanceof StateFailure) runtime.record(thread, started, extra);
    throw error;
  }
  runtime.record(thread, started, { ...extra, ...settings });
  if (settings.run !== undefined) {
    runtime.record(thread, { type: 'MapRunStarted', details: { mapRunArn: settings.run } });
  }
  await mapProgress(runtime, thread);
}

/** As recorded from AWS, items that a reader finds are not counted yet. */
function startedEvent(state: State, length: number) {
  return { type: 'MapStateStarted', details: { length: hasReader(state) ? 0 : length } };
}

/** AWS starts the Map Run before it reads: a reader that fails is the Map Run's failure. */
async function readOrFail(
  runtime: Runtime,
  thread: Thread,
  state: State,
  scope: Scope,
): Promise<JsonValue[] | undefined> {
  try {
    return await readerItems(runtime, thread, state, scope);
  } catch (error) {
    if (!(error instanceof StateFailure) || error.error !== 'States.ItemReaderFailed') throw error;
    const failure = { error: error.error, cause: error.reason };
    const settings = await distributedSettings(thread, state, scope);
    runtime.record(thread, startedEvent(state, 0), { items: [], mc: 0, ...settings });
    runtime.record(thread, { type: 'MapRunStarted', details: { mapRunArn: settings.run } });
    const failed = runtime.record(thread, { type: 'MapRunFailed', details: failure });
    runtime.fail(thread, failure, { type: 'MapStateFailed', previous: failed.id });
    return undefined;
  }
}

async function itemsOf(state: State, scope: Scope): Promise<JsonValue[]> {
  const { ItemsPath: path, Items: items } = state.raw;
  if (state.language === 'JSONPath') {
    const value = path === undefined ? scope.data : compilePathField(String(path))(scope);
    if (Array.isArray(value)) return value;
    throw runtimeFailure(`Reference path "${path ?? '$'}" must point to array.`);
  }
  if (items === undefined) {
    if (Array.isArray(scope.data)) return scope.data;
    throw evaluationFailure(`Map state input must be an array but was: ${JSON.stringify(scope.data)}`);
  }
  const template = state.field('Items', (raw) => compileTemplate(raw['Items'] as JsonValue, 'Items', 'array'));
  const value = await template?.(scope);
  if (Array.isArray(value)) return value;
  throw evaluationFailure(`Map state input must be an array but was: ${JSON.stringify(value)}`, 'Items');
}

/** ItemSelector (older: Parameters) for one item; without it the item itself. */
export async function selectItem(
  thread: Thread,
  state: State,
  data: JsonValue,
  index: number,
  value: JsonValue,
): Promise<JsonValue> {
  const selector = state.field('ItemSelector', (raw, language) => {
    const template = raw['ItemSelector'] ?? raw['Parameters'];
    if (template === undefined) return undefined;
    return language === 'JSONata' ? compileTemplate(template, 'ItemSelector') : compilePayloadTemplate(template);
  });
  if (!selector) return value;
  return selector(scopeOf(thread, data, { mapItem: { Index: index, Value: value } }));
}

/** With ItemBatcher the selector applies to each item before batches are made. */
async function selectAll(thread: Thread, state: State, scope: Scope, items: JsonValue[]): Promise<JsonValue[]> {
  const selected: JsonValue[] = [];
  for (const [index, item] of items.entries()) selected.push(await selectItem(thread, state, scope.data, index, item));
  return selected;
}

/** The input of iteration `index`: the item, or what ItemSelector makes of it. */
export async function iterationInput(
  thread: Thread,
  state: State,
  index: number,
): Promise<{ item: JsonValue; input: JsonValue }> {
  const item = thread.fork?.items?.[index] as JsonValue;
  const batched = isDistributed(state) && isObject(state.raw['ItemBatcher'] as JsonObject);
  const input = batched ? item : await selectItem(thread, state, effectiveInput(thread, state), index, item);
  return { item: fromValue(item).value as JsonValue, input };
}
