import type { JsonValue } from '../contract.ts';
import { isObject, type JsonObject, setMember } from '../payload.ts';
import type { Scope, Template } from '../scope.ts';
import { compileJsonata, type ExpectedType } from './expression.ts';

/** The source inside `{% … %}`, or undefined for an ordinary string. */
export function jsonataSource(text: string): string | undefined {
  return text.startsWith('{%') && text.endsWith('%}') && text.length >= 4 ? text.slice(2, -2).trim() : undefined;
}

/**
 * Compiles a JSON value in which strings `{% … %}` are JSONata (Arguments, Output, Assign, Items, …). `field` is the
 * value's place in the state, as error texts show it: `Output/name`, `Arguments/list[0]`.
 */
export function compileTemplate(value: JsonValue, field: string, expected: ExpectedType = 'any'): Template {
  if (typeof value === 'string') {
    const source = jsonataSource(value);
    return source === undefined ? () => value : compileJsonata(source, field, expected);
  }
  if (!hasExpression(value)) return () => value;
  if (Array.isArray(value)) {
    const parts = value.map((item, i) => compileTemplate(item, `${field}[${i}]`));
    return (scope) => inOrder(parts, scope);
  }
  const members = Object.entries(value as JsonObject).map(
    ([key, member]) => [key, compileTemplate(member, `${field}/${key}`)] as const,
  );
  const parts = members.map(([, part]) => part);
  const assemble = (values: JsonValue[]): JsonValue => {
    const result: JsonObject = {};
    for (const [i, [key]] of members.entries()) setMember(result, key, values[i] as JsonValue);
    return result;
  };
  return (scope) => {
    const values = inOrder(parts, scope);
    return values instanceof Promise ? values.then(assemble) : assemble(values);
  };
}

/** One after the other, so that the first failing expression is the one reported; without promises where none is needed. */
function inOrder(parts: readonly Template[], scope: Scope): JsonValue[] | Promise<JsonValue[]> {
  const values: JsonValue[] = [];
  for (const part of parts) {
    const value = part(scope);
    if (value instanceof Promise) return continueInOrder(parts, scope, values, value);
    values.push(value);
  }
  return values;
}

async function continueInOrder(
  parts: readonly Template[],
  scope: Scope,
  values: JsonValue[],
  pending: Promise<JsonValue>,
): Promise<JsonValue[]> {
  values.push(await pending);
  for (const part of parts.slice(values.length)) values.push(await part(scope));
  return values;
}

function hasExpression(value: JsonValue): boolean {
  if (typeof value === 'string') return jsonataSource(value) !== undefined;
  if (Array.isArray(value)) return value.some(hasExpression);
  return isObject(value) && Object.values(value).some(hasExpression);
}
