import type { JsonValue } from '../contract.ts';
import { isObject, type JsonObject } from '../payload.ts';
import { normalForm, type Path, type Step } from './parse.ts';

/** The selected value, or why a definite path selects none (Jayway's text). */
export type Found = { value: JsonValue } | { missing: string };

/**
 * Evaluates a parsed path on its root value. A path that can select several values (wildcard, slice, union, filter,
 * `..`) always gives an array, empty if nothing matches, even where a member on the way is missing.
 */
export function evaluatePath(path: Path, root: JsonValue): Found {
  return path.definite ? evaluateDefinite(path, root) : { value: evaluateIndefinite(path, root) };
}

function evaluateDefinite(path: Path, root: JsonValue): Found {
  let value = root;
  const { steps } = path;
  for (let i = 0; i < steps.length; i++) {
    const next = child(value, steps[i] as Step);
    if (next === undefined) {
      const leaf = i === steps.length - 1;
      return { missing: `${leaf ? 'No results for path:' : 'Missing property in path'} ${normalForm(path, i)}` };
    }
    value = next;
  }
  return { value };
}

function child(value: JsonValue, step: Step): JsonValue | undefined {
  if (step.kind === 'name') {
    return isObject(value) && Object.hasOwn(value, step.name) ? value[step.name] : undefined;
  }
  if (step.kind === 'index') return Array.isArray(value) ? value.at(step.index) : undefined;
  if (step.kind === 'function') return applyFunction(step.name, value);
  return undefined;
}

function evaluateIndefinite(path: Path, root: JsonValue): JsonValue {
  let values: JsonValue[] = [root];
  for (const [position, step] of path.steps.entries()) {
    if (step.kind === 'function' && position === path.steps.length - 1) return applyFunction(step.name, values) ?? [];
    const next: JsonValue[] = [];
    for (const value of values) select(value, step, root, next);
    values = next;
  }
  return values;
}

function select(value: JsonValue, step: Step, root: JsonValue, into: JsonValue[]): void {
  switch (step.kind) {
    case 'descendants':
      descend(value, into);
      return;
    case 'wildcard':
      for (const member of members(value)) into.push(member);
      return;
    case 'filter':
      for (const member of Array.isArray(value) ? value : [value]) if (step.test(member, root)) into.push(member);
      return;
    case 'slice':
      if (Array.isArray(value)) for (const member of value.slice(step.from ?? 0, step.to)) into.push(member);
      return;
    case 'names':
      selectNames(value, step.names, into);
      return;
    case 'indexes':
      for (const index of step.indexes) {
        const member = Array.isArray(value) ? value.at(index) : undefined;
        if (member !== undefined) into.push(member);
      }
      return;
    default: {
      const member = child(value, step);
      if (member !== undefined) into.push(member);
    }
  }
}

/** A union of names gives one object with those members that exist. */
function selectNames(value: JsonValue, names: string[], into: JsonValue[]): void {
  if (!isObject(value)) return;
  const picked: JsonObject = {};
  for (const name of names) if (Object.hasOwn(value, name)) picked[name] = value[name] as JsonValue;
  into.push(picked);
}

function members(value: JsonValue): JsonValue[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [];
}

function descend(value: JsonValue, into: JsonValue[]): void {
  if (typeof value !== 'object' || value === null) return;
  into.push(value);
  for (const member of members(value)) descend(member, into);
}

function applyFunction(name: string, value: JsonValue): JsonValue | undefined {
  if (name === 'length') {
    if (typeof value === 'string' || Array.isArray(value)) return value.length;
    return isObject(value) ? Object.keys(value).length : undefined;
  }
  if (name === 'keys') return isObject(value) ? Object.keys(value) : undefined;
  if (!Array.isArray(value)) return undefined;
  const numbers = value.filter((item) => typeof item === 'number');
  if (numbers.length === 0) return undefined;
  const sum = numbers.reduce((total, item) => total + item, 0);
  if (name === 'min') return numbers.reduce((least, item) => Math.min(least, item));
  if (name === 'max') return numbers.reduce((most, item) => Math.max(most, item));
  if (name === 'sum') return sum;
  return name === 'avg' ? sum / numbers.length : undefined;
}
