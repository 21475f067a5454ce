import jsonata from 'jsonata';
import { BoundedRegExp } from '../bounded-regexp.ts';
import type { JsonValue } from '../contract.ts';
import { evaluationFailure, type StateFailure } from '../failure.ts';
import { lookupVariable, type Scope } from '../scope.ts';
import { bindBounds, boundRanges, inspect, type Syntax } from './bounds.ts';
import { cleanResult } from './clean.ts';
import { fastPath } from './fast-path.ts';
import { awsFunctions } from './functions.ts';
import { timeFunctions } from './time.ts';

/** What a JSONata field must give; other types are a States.QueryEvaluationError. */
export type ExpectedType = 'any' | 'array' | 'boolean' | 'number' | 'string' | 'object';

type Compiled = (scope: Scope) => JsonValue | undefined | Promise<JsonValue | undefined>;

const cache = new Map<string, Compiled>();

/**
 * Compiles `{% source %}` for one field of a state. Compilation is shared by all fields with that source. Throws what
 * JSONata throws for bad syntax (an object with `code` and `message`).
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
export function compileJsonata(source: string, field: string, expected: ExpectedType = 'any') {
  const evaluate = compiled(source);
  const settle = (value: JsonValue | undefined): JsonValue => checkResult(source, field, expected, value);
  return (scope: Scope): JsonValue | Promise<JsonValue> => {
    const value = evaluate(scope);
    if (!(value instanceof Promise)) return settle(value);
    return value.then(settle, (error: unknown) => {
      throw thrown(source, field, error);
    });
  };
}

function checkResult(source: string, field: string, expected: ExpectedType, raw: unknown): JsonValue {
  const where = `The JSONata expression '${source}' specified for the field '${field}'`;
  if (raw === undefined) throw evaluationFailure(`${where} returned nothing (undefined).`, field);
  const value = cleanResult(raw);
  if (value === undefined) throw evaluationFailure(`${where} returned an unsupported result type.`, field);
  if (expected !== 'any' && typeName(value) !== expected) {
    throw evaluationFailure(
      `${where} returned an unexpected result type. Expected '${expected}', but was '${typeName(value)}' for value: ${JSON.stringify(value)}`,
      field,
    );
  }
  return value;
}

/** The type names of AWS's texts. */
export function typeName(value: JsonValue): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function thrown(source: string, field: string, error: unknown): StateFailure | Error {
  const { code, message } = error as { code?: string; message?: string };
  const text = code ? `${code}: ${message}` : String(message ?? error);
  return evaluationFailure(
    `The JSONata expression '${source}' specified for the field '${field}' threw an error during evaluation. ${text}`,
    field,
  );
}

function compiled(source: string): Compiled {
  const known = cache.get(source);
  if (known) return known;
  const expression = compileSource(source);
  if (cache.size > 10_000) cache.clear();
  cache.set(source, expression);
  return expression;
}

function compileSource(source: string): Compiled {
  const expression = jsonata(source, { RegexEngine: BoundedRegExp as unknown as RegExp });
  const syntax = expression.ast() as unknown as Syntax;
  const { variables, risky } = inspect(syntax);
  const timed = variables.includes('now') || variables.includes('millis');
  boundRanges(syntax);
  if (risky) bindBounds(expression);
  const slow: Compiled = (scope) => {
    const bindings = { ...awsFunctions(risky), states: statesOf(scope) } as Record<string, unknown>;
    if (timed) Object.assign(bindings, timeFunctions(scope.now()));
    for (const name of variables) {
      const value = lookupVariable(scope.variables, name);
      if (value !== undefined) bindings[name] = value;
    }
    // The engine is a global of the library: another user of it may have put it back.
    (jsonata as unknown as { RegexEngine: unknown }).RegexEngine = BoundedRegExp;
    return expression.evaluate(undefined, bindings);
  };
  return fastPath(source, slow) ?? slow;
}

/** `$states`, with the Context object made only when it is read. */
function statesOf(scope: Scope): object {
  const states = { ...scope.states };
  Object.defineProperty(states, 'context', { get: scope.context, enumerable: true });
  return states;
}
