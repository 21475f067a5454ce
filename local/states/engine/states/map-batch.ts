import type { JsonValue } from '../contract.ts';
import type { State } from '../definition.ts';
import { runtimeFailure } from '../failure.ts';
import { compileTemplate } from '../jsonata/template.ts';
import { compilePayloadTemplate } from '../jsonpath/template.ts';
import { isObject, type JsonObject } from '../payload.ts';
import type { Scope, Template } from '../scope.ts';
import { mapNumber } from './map-fields.ts';

/**
 * ItemBatcher: the inputs of the child workflows, `{ BatchInput?, Items }` each. Without ItemBatcher the items themselves.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
 */
export async function batchItems(
  state: State,
  items: JsonValue[],
  scope: Scope,
  select: (items: JsonValue[]) => Promise<JsonValue[]>,
): Promise<JsonValue[]> {
  if (!isObject(state.raw['ItemBatcher'])) return items;
  const most = (await mapNumber(state, 'MaxItemsPerBatch', scope, 'ItemBatcher')) ?? Number.POSITIVE_INFINITY;
  const bytes = (await mapNumber(state, 'MaxInputBytesPerBatch', scope, 'ItemBatcher')) ?? 262_144;
  if (most < 1) throw runtimeFailure('MaxItemsPerBatch must be greater than 0.');
  if (bytes < 1) throw runtimeFailure('MaxInputBytesPerBatch must be greater than 0.');
  const batchInput = await evaluateBatchInput(state, scope);
  const head: JsonObject = batchInput === undefined ? {} : { BatchInput: batchInput };
  const overhead = Buffer.byteLength(JSON.stringify({ ...head, Items: [] }));
  const batches: JsonValue[] = [];
  let batch: JsonValue[] = [];
  let size = overhead;
  for (const item of await select(items)) {
    const length = Buffer.byteLength(JSON.stringify(item)) + 1;
    if (batch.length > 0 && (batch.length >= most || size + length > bytes)) {
      batches.push({ ...head, Items: batch });
      batch = [];
      size = overhead;
    }
    batch.push(item);
    size += length;
  }
  if (batch.length > 0) batches.push({ ...head, Items: batch });
  return batches;
}

async function evaluateBatchInput(state: State, scope: Scope): Promise<JsonValue | undefined> {
  const template = state.field('ItemBatcher/BatchInput', (raw, language): Template | undefined => {
    const batcher = raw['ItemBatcher'];
    const value = isObject(batcher) ? batcher['BatchInput'] : undefined;
    if (value === undefined) return undefined;
    return language === 'JSONata' ? compileTemplate(value, 'ItemBatcher/BatchInput') : compilePayloadTemplate(value);
  });
  return template?.(scope);
}
