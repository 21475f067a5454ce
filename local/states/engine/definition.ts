import { type ChoiceTest, compileChoiceRule } from './choice.ts';
import type { JsonValue } from './contract.ts';
import { compileFinish, compileInput, compileParameters, type Finish, type QueryLanguage } from './data-flow.ts';
import { compileTemplate } from './jsonata/template.ts';
import { isObject, type JsonObject } from './payload.ts';
import { parseResource, type Resource } from './resource.ts';
import { compileRetriers, errorNames, type Retrier } from './retry.ts';
import type { Scope, Template } from './scope.ts';

/** A state machine, or the part of one inside a Parallel branch or a Map. States are compiled when first entered. */
export interface Machine {
  readonly startAt: string;
  readonly timeoutSeconds: number | undefined;
  /** Throws Error if there is no such state or it cannot be compiled. */
  state(name: string): State;
}

export interface Catcher {
  readonly errors: readonly string[];
  readonly next: string;
  readonly finish: Finish;
}

export interface ChoiceRule {
  readonly test: (scope: Scope) => boolean | Promise<boolean>;
  readonly next: string;
  readonly finish: Finish;
}

export type StateType = 'Pass' | 'Task' | 'Choice' | 'Wait' | 'Succeed' | 'Fail' | 'Parallel' | 'Map';

export interface State {
  readonly name: string;
  readonly type: StateType;
  readonly language: QueryLanguage;
  readonly raw: JsonObject;
  /** The next state's name, undefined if this one ends its machine. */
  readonly next: string | undefined;
  readonly input: Template;
  readonly parameters: Template;
  readonly finish: Finish;
  readonly retriers: readonly Retrier[];
  readonly catchers: readonly Catcher[];
  /** Choice. */
  readonly rules: readonly ChoiceRule[];
  /** Task. */
  readonly resource: Resource | undefined;
  /** Parallel: its branches; Map: its item processor. */
  readonly machines: readonly Machine[];
  /** A further field evaluated as the language has it, compiled once; undefined if the state has no such field. */
  field(
    name: string,
    compile: (raw: JsonObject, language: QueryLanguage) => Template | undefined,
  ): Template | undefined;
}

const cache = new Map<string, Machine>();

/** The machine of a definition text. Equal texts share one. Throws SyntaxError if it is not JSON. */
export function compileDefinition(text: string): Machine {
  const known = cache.get(text);
  if (known) return known;
  const definition = JSON.parse(text) as JsonValue;
  if (!isObject(definition)) throw new SyntaxError('A definition must be a JSON object');
  const machine = compileMachine(definition, queryLanguage(definition, 'JSONPath'));
  if (cache.size > 1_000) cache.clear();
  cache.set(text, machine);
  return machine;
}

function queryLanguage(raw: JsonObject, otherwise: QueryLanguage): QueryLanguage {
  const language = raw['QueryLanguage'];
  return language === 'JSONata' || language === 'JSONPath' ? language : otherwise;
}

function compileMachine(raw: JsonObject, language: QueryLanguage): Machine {
  const states = new Map<string, State>();
  const { StartAt: startAt, TimeoutSeconds: timeoutSeconds, States: definitions } = raw;
  return {
    startAt: String(startAt),
    timeoutSeconds: typeof timeoutSeconds === 'number' ? timeoutSeconds : undefined,
    state(name) {
      const known = states.get(name);
      if (known) return known;
      const definition = isObject(definitions) && Object.hasOwn(definitions, name) ? definitions[name] : undefined;
      if (!isObject(definition)) throw new Error(`There is no state '${name}'`);
      const state = compileState(name, definition, language);
      states.set(name, state);
      return state;
    },
  };
}

function compileState(name: string, raw: JsonObject, machineLanguage: QueryLanguage): State {
  const language = queryLanguage(raw, machineLanguage);
  const type = raw['Type'] as StateType;
  const fields = new Map<string, Template | undefined>();
  return {
    name,
    type,
    language,
    raw,
    next: typeof raw['Next'] === 'string' ? raw['Next'] : undefined,
    input: compileInput(raw, language),
    parameters: type === 'Map' ? (scope) => scope.data : compileParameters(raw, language),
    finish: compileFinish(raw, language),
    retriers: compileRetriers(raw['Retry']),
    catchers: compileCatchers(raw['Catch'], language),
    rules: type === 'Choice' ? compileRules(raw, language) : [],
    resource: type === 'Task' ? parseResource(String(raw['Resource'])) : undefined,
    machines: innerMachines(raw).map((machine) => compileMachine(machine, machineLanguage)),
    field(member, compile) {
      if (!fields.has(member)) fields.set(member, compile(raw, language));
      return fields.get(member);
    },
  };
}

function innerMachines(raw: JsonObject): JsonObject[] {
  if (Array.isArray(raw['Branches'])) return raw['Branches'].filter(isObject);
  // `Iterator` is the older name.
  const processor = raw['ItemProcessor'] ?? raw['Iterator'];
  return isObject(processor) ? [processor] : [];
}

function compileCatchers(rules: JsonValue | undefined, language: QueryLanguage): Catcher[] {
  if (!Array.isArray(rules)) return [];
  return rules.filter(isObject).map((rule, i) => ({
    errors: errorNames(rule['ErrorEquals']),
    next: String(rule['Next']),
    finish: compileFinish(rule, language, `Catch[${i}]/`),
  }));
}

function compileRules(raw: JsonObject, language: QueryLanguage): ChoiceRule[] {
  const choices = Array.isArray(raw['Choices']) ? raw['Choices'].filter(isObject) : [];
  return choices.map((rule, i) => ({
    test: language === 'JSONata' ? condition(rule, i) : compileChoiceRule(rule),
    next: String(rule['Next']),
    finish:
      language === 'JSONata'
        ? compileFinish(rule, language, `Choices[${i}]/`)
        : compileFinish({ ...rule, OutputPath: raw['OutputPath'] as JsonValue }, language),
  }));
}

function condition(rule: JsonObject, position: number): ChoiceTest | ((scope: Scope) => boolean | Promise<boolean>) {
  const evaluate = compileTemplate(rule['Condition'] as JsonValue, `Choices[${position}]/Condition`, 'boolean');
  return (scope) => evaluate(scope) as boolean | Promise<boolean>;
}
