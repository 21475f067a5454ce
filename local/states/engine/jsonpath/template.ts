import type { JsonValue } from '../contract.ts';
import { runtimeFailure } from '../failure.ts';
import { evaluateIntrinsic, parseIntrinsic } from '../intrinsics/evaluate.ts';
import { isObject, type JsonObject, setMember } from '../payload.ts';
import { lookupVariable, type Scope } from '../scope.ts';
import { evaluatePath, type Found } from './evaluate.ts';
import { type Path, parsePath } from './parse.ts';

export type SyncTemplate = (scope: Scope) => JsonValue;

/** Evaluates a path on the data (`$`), the Context object (`$$`) or a variable (`$name`). */
export function findPath(path: Path, scope: Scope): Found {
  if (path.root === '$') return evaluatePath(path, scope.data);
  if (path.root === '$$') return evaluatePath(path, scope.context());
  const value = lookupVariable(scope.variables, path.root.slice(1));
  if (value === undefined) return { missing: `Variable '${path.root}' is not defined` };
  return evaluatePath(path, value);
}

/** InputPath, OutputPath, ItemsPath, …: a path whose absence is an "Invalid path" error. */
export function compilePathField(text: string): SyncTemplate {
  const path = parsePath(text);
  if (path.root === '$' && path.steps.length === 0) return (scope) => scope.data;
  return (scope) => {
    const found = findPath(path, scope);
    if ('value' in found) return found.value;
    throw runtimeFailure(`Invalid path '${text}' : ${found.missing}`);
  };
}

/** A path or intrinsic function as the value of `field`; absence names the field and shows the input. */
export function compileExpression(text: string, field: string): SyncTemplate {
  if (!text.startsWith('$')) {
    const call = parseIntrinsic(text);
    return (scope) => evaluateIntrinsic(call, scope);
  }
  const path = parsePath(text);
  return (scope) => {
    const found = findPath(path, scope);
    if ('value' in found) return found.value;
    const shown = path.root === '$$' ? scope.context() : scope.data;
    throw runtimeFailure(
      `The JSONPath '${text}' specified for the field '${field}' could not be found in the input '${JSON.stringify(shown)}'`,
    );
  };
}

/**
 * Compiles a payload template (Parameters, ResultSelector, ItemSelector, Assign): members whose names end in `.$` are
 * paths or intrinsic functions.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-inputpath-params.html
 */
export function compilePayloadTemplate(template: JsonValue): SyncTemplate {
  if (Array.isArray(template)) {
    const parts = template.map(compilePayloadTemplate);
    if (template.every((item) => !hasExpression(item))) return () => template;
    return (scope) => parts.map((part) => part(scope));
  }
  if (!isObject(template) || !hasExpression(template)) return () => template;
  const members = Object.entries(template).map(([key, value]): [string, SyncTemplate] =>
    key.endsWith('.$')
      ? [key.slice(0, -2), compileExpression(String(value), key)]
      : [key, compilePayloadTemplate(value)],
  );
  return (scope) => {
    const result: JsonObject = {};
    for (const [key, evaluate] of members) setMember(result, key, evaluate(scope));
    return result;
  };
}

function hasExpression(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some(hasExpression);
  return isObject(value) && Object.entries(value).some(([key, member]) => key.endsWith('.$') || hasExpression(member));
}
