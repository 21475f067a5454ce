import type { JsonValue } from '../contract.ts';
import { runtimeFailure } from '../failure.ts';
import { isObject, type JsonObject, setMember, textOf } from '../payload.ts';
import type { Path } from './parse.ts';

/**
 * ResultPath: `input` with `result` put at the reference path; missing objects on the way are made, nothing given is
 * changed. Throws States.ResultPathMatchFailure where the input has something other than an object on the way.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultpath.html
 */
export function putAt(path: Path, input: JsonValue, result: JsonValue): JsonValue {
  return put(path, 0, input, result);
}

function put(path: Path, position: number, current: JsonValue | undefined, result: JsonValue): JsonValue {
  const step = path.steps[position];
  if (!step) return result;
  if (step.kind === 'name' && (current === undefined || isObject(current))) {
    const copy: JsonObject = { ...current };
    const existing = Object.hasOwn(copy, step.name) ? copy[step.name] : undefined;
    setMember(copy, step.name, put(path, position + 1, existing, result));
    return copy;
  }
  if (step.kind === 'index' && Array.isArray(current) && step.index >= 0 && step.index < current.length) {
    const copy = [...current];
    copy[step.index] = put(path, position + 1, current[step.index], result);
    return copy;
  }
  throw mismatch(path, current);
}

function mismatch(path: Path, current: JsonValue | undefined) {
  return runtimeFailure(
    `Unable to apply step "${path.text.split('.').at(-1)}" to input ${textOf({ value: current ?? null })}`,
    'States.ResultPathMatchFailure',
  );
}
