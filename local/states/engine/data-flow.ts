import type { JsonValue } from './contract.ts';
import { compileTemplate } from './jsonata/template.ts';
import { parsePath } from './jsonpath/parse.ts';
import { putAt } from './jsonpath/reference.ts';
import { compilePathField, compilePayloadTemplate } from './jsonpath/template.ts';
import type { JsonObject } from './payload.ts';
import type { Scope, Template } from './scope.ts';

export type QueryLanguage = 'JSONPath' | 'JSONata';

/** What a state leaves behind. */
export interface Effect {
  readonly output: JsonValue;
  readonly assigned?: JsonObject;
}

/** The outcome of a state, a choice rule or a catcher: Output and Assign, or ResultSelector, ResultPath and OutputPath. */
export type Finish = (scope: FinishScope) => Effect | Promise<Effect>;

export interface FinishScope {
  /** The state's raw input. */
  readonly input: JsonValue;
  /** The state's result, or the error output in a catcher. */
  readonly result: JsonValue;
  /** The scope in which `data` is `$` and `$states` is complete. */
  scopeOf(data: JsonValue): Scope;
}

/** InputPath; a state without one (or a JSONata state) works on the whole input. `null` gives `{}`. */
export function compileInput(raw: JsonObject, language: QueryLanguage): Template {
  const path = raw['InputPath'];
  if (language === 'JSONata' || path === undefined) return (scope) => scope.data;
  return path === null ? () => ({}) : compilePathField(String(path));
}

/** Parameters or Arguments; without them the effective input. */
export function compileParameters(raw: JsonObject, language: QueryLanguage): Template {
  const member = language === 'JSONata' ? 'Arguments' : 'Parameters';
  const template = raw[member];
  if (template === undefined) return (scope) => scope.data;
  return language === 'JSONata' ? compileTemplate(template, member) : compilePayloadTemplate(template);
}

/**
 * What follows the state's work. JSONPath: ResultSelector, then Assign and ResultPath, then OutputPath. JSONata: Assign and
 * Output, both of the state as it was entered.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html
 */
export function compileFinish(raw: JsonObject, language: QueryLanguage, place = ''): Finish {
  return language === 'JSONata' ? jsonataFinish(raw, place) : jsonPathFinish(raw);
}

function jsonataFinish(raw: JsonObject, place: string): Finish {
  const { Output: outputField, Assign: assignField } = raw;
  const output = outputField === undefined ? undefined : compileTemplate(outputField, `${place}Output`);
  const assign = assignField === undefined ? undefined : compileTemplate(assignField, `${place}Assign`);
  if (!output && !assign) return ({ result }) => ({ output: result });
  return async ({ result, scopeOf }) => {
    const scope = scopeOf(result);
    const assigned = assign ? ((await assign(scope)) as JsonObject) : undefined;
    return { output: output ? await output(scope) : result, assigned };
  };
}

function jsonPathFinish(raw: JsonObject): Finish {
  const { ResultSelector: selectorField, Assign: assignField, ResultPath: resultPath } = raw;
  const selector = selectorField === undefined ? undefined : compilePayloadTemplate(selectorField);
  const assign = assignField === undefined ? undefined : compilePayloadTemplate(assignField);
  const combine = compileResultPath(resultPath);
  const outputPath = compileOutputPath(raw['OutputPath']);
  return ({ input, result, scopeOf }) => {
    const selected = selector ? selector(scopeOf(result)) : result;
    const assigned = assign ? (assign(scopeOf(selected)) as JsonObject) : undefined;
    const combined = combine(input, selected);
    return { output: outputPath ? outputPath(scopeOf(combined)) : combined, assigned };
  };
}

function compileResultPath(text: JsonValue | undefined): (input: JsonValue, result: JsonValue) => JsonValue {
  if (text === undefined) return (_input, result) => result;
  if (text === null) return (input) => input;
  const path = parsePath(String(text));
  return (input, result) => putAt(path, input, result);
}

function compileOutputPath(text: JsonValue | undefined): ((scope: Scope) => JsonValue) | undefined {
  if (text === undefined) return undefined;
  return text === null ? () => ({}) : compilePathField(String(text));
}
