import { scopeOf } from '../context-object.ts';
import type { JsonValue } from '../contract.ts';
import type { State } from '../definition.ts';
import { runtimeFailure } from '../failure.ts';
import { compileTemplate } from '../jsonata/template.ts';
import { compilePayloadTemplate } from '../jsonpath/template.ts';
import type { Thread } from '../model.ts';
import { isObject, type JsonObject } from '../payload.ts';
import type { Runtime } from '../runtime.ts';
import type { Template } from '../scope.ts';
import { effectiveInput } from './simple.ts';

/** Whether the Map's ResultWriter decides what its result is. */
export function hasWriter(state: State): boolean {
  return isObject(state.raw['ResultWriter']);
}

/**
 * Exports or reshapes the results of a Map Run whose children have all ended; the value is the state's result. Throws
 * StateFailure `States.ResultWriterFailed`.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 */
export async function writtenResult(runtime: Runtime, thread: Thread, state: State): Promise<JsonValue> {
  const writer = state.raw['ResultWriter'] as JsonObject;
  const template = state.field('ResultWriter/Parameters', (_raw, language): Template | undefined => {
    const { Arguments: args, Parameters: parameters } = writer;
    if (language === 'JSONata') return args === undefined ? undefined : compileTemplate(args, 'ResultWriter/Arguments');
    return parameters === undefined ? undefined : compilePayloadTemplate(parameters);
  });
  const config = isObject(writer['WriterConfig']) ? writer['WriterConfig'] : {};
  const { writeResults } = runtime.host;
  if (!writeResults) throw runtimeFailure('Results cannot be written here.', 'States.ResultWriterFailed');
  const exported = typeof writer['Resource'] === 'string';
  return writeResults({
    execution: thread.execution.start,
    mapRunArn: thread.fork?.distributed?.mapRunArn ?? '',
    parameters: exported ? ((await template?.(scopeOf(thread, effectiveInput(thread, state)))) ?? {}) : undefined,
    transformation: String(config['Transformation'] ?? (exported ? 'NONE' : 'COMPACT')),
    outputType: String(config['OutputType'] ?? 'JSON'),
  });
}
