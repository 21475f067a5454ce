import type { JsonValue, ReaderConfig } from '../contract.ts';
import type { State } from '../definition.ts';
import { runtimeFailure } from '../failure.ts';
import { compileTemplate } from '../jsonata/template.ts';
import { compilePayloadTemplate } from '../jsonpath/template.ts';
import type { Thread } from '../model.ts';
import { isObject, type JsonObject } from '../payload.ts';
import type { Runtime } from '../runtime.ts';
import type { Scope, Template } from '../scope.ts';
import { mapNumber } from './map-fields.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html */
const MOST_ITEMS = 100_000_000;

/** Whether the Map's items are in a store, not in the state's input. */
export function hasReader(state: State): boolean {
  return isObject(state.raw['ItemReader']);
}

/**
 * The items that the Map's ItemReader names. The whole of the reading happens before the Map Run starts, so a process that is
 * killed meanwhile reads again. Throws StateFailure `States.ItemReaderFailed`.
 */
export async function readerItems(runtime: Runtime, thread: Thread, state: State, scope: Scope): Promise<JsonValue[]> {
  const reader = state.raw['ItemReader'] as JsonObject;
  const maxItems = (await mapNumber(state, 'MaxItems', scope, 'ItemReader/ReaderConfig')) ?? MOST_ITEMS;
  if (maxItems < 0) throw runtimeFailure('MaxItems must not be negative.');
  const template = state.field('ItemReader/Parameters', (_raw, language): Template | undefined => {
    const { Arguments: args, Parameters: parameters } = reader;
    if (language === 'JSONata') return args === undefined ? undefined : compileTemplate(args, 'ItemReader/Arguments');
    return parameters === undefined ? undefined : compilePayloadTemplate(parameters);
  });
  const { readItems } = runtime.host;
  if (!readItems) throw runtimeFailure('Items cannot be read here.', 'States.ItemReaderFailed');
  return readItems({
    execution: thread.execution.start,
    resource: String(reader['Resource']),
    parameters: (await template?.(scope)) ?? {},
    // Zero is the documented default: all of them.
    config: readerConfig(reader, maxItems === 0 ? MOST_ITEMS : Math.min(maxItems, MOST_ITEMS)),
  });
}

function readerConfig(reader: JsonObject, maxItems: number): ReaderConfig {
  const config = isObject(reader['ReaderConfig']) ? reader['ReaderConfig'] : {};
  const text = (name: string) => (typeof config[name] === 'string' ? config[name] : undefined);
  const headers = config['CSVHeaders'];
  return {
    inputType: text('InputType'),
    csvHeaderLocation: text('CSVHeaderLocation'),
    csvHeaders: Array.isArray(headers) ? headers.map(String) : undefined,
    csvDelimiter: text('CSVDelimiter'),
    itemsPointer: text('ItemsPointer'),
    transformation: text('Transformation'),
    maxItems,
  };
}
