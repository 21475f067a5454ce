import type { JsonValue } from './contract.ts';
import type { JsonObject } from './payload.ts';

/** Variables of one scope; inner scopes (Map iterations, Parallel branches) read the outer ones. */
export interface Variables {
  readonly own: Map<string, JsonValue>;
  readonly outer?: Variables;
}

/** What an expression of a state may refer to. */
export interface Scope {
  /** `$` of JSONPath. */
  readonly data: JsonValue;
  readonly variables: Variables;
  /** `$$` of JSONPath, `$states.context` of JSONata; made on demand. */
  readonly context: () => JsonObject;
  /** Milliseconds of the simulated clock, for `$now()` and `$millis()`. */
  readonly now: () => number;
  /** `$states` of JSONata without the context. */
  readonly states?: {
    readonly input: JsonValue;
    readonly result?: JsonValue;
    readonly errorOutput?: JsonValue;
  };
}

/** Evaluates to a JSON value; JSONata may need promises. Throws StateFailure. */
export type Template = (scope: Scope) => JsonValue | Promise<JsonValue>;

/** The variable's value, searched from the inside out. */
export function lookupVariable(variables: Variables, name: string): JsonValue | undefined {
  for (let scope: Variables | undefined = variables; scope; scope = scope.outer) {
    const value = scope.own.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** All visible variables, inner ones first. */
export function visibleVariables(variables: Variables): Record<string, JsonValue> {
  const all: Record<string, JsonValue> = Object.create(null);
  for (let scope: Variables | undefined = variables; scope; scope = scope.outer) {
    for (const [name, value] of scope.own) all[name] ??= value;
  }
  return all;
}
