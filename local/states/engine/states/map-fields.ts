import type { JsonValue } from '../contract.ts';
import type { State } from '../definition.ts';
import { runtimeFailure } from '../failure.ts';
import { compileTemplate } from '../jsonata/template.ts';
import { compilePathField } from '../jsonpath/template.ts';
import { isObject, type JsonObject } from '../payload.ts';
import type { Scope, Template } from '../scope.ts';

/**
 * A number that a Map state may give as `name`, as `namePath`, or in JSONata. A path may refer to a text that is a number.
 * Undefined if the state has neither. `within` is the way to the member of the state that holds it (`ItemReader/ReaderConfig`).
 */
export async function mapNumber(
  state: State,
  name: string,
  scope: Scope,
  within?: string,
): Promise<number | undefined> {
  const template = state.field(`${within ?? ''}/${name}`, (raw, language): Template | undefined => {
    const holder = memberOf(raw, within);
    if (!isObject(holder)) return undefined;
    const { [name]: fixed, [`${name}Path`]: path } = holder;
    const field = within === undefined ? name : `${within}/${name}`;
    if (fixed !== undefined) return language === 'JSONata' ? compileTemplate(fixed, field, 'number') : () => fixed;
    return path === undefined ? undefined : compilePathField(String(path));
  });
  if (!template) return undefined;
  return toNumber(state, name, await template(scope), within);
}

function toNumber(state: State, name: string, value: JsonValue, within: string | undefined): number {
  const holder = memberOf(state.raw, within);
  const path = isObject(holder) ? holder[`${name}Path`] : undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const kind = name.endsWith('Percentage') ? 'float' : 'integer';
  const pattern = kind === 'float' ? /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/ : /^-?\d+$/;
  if (pattern.test(text)) return Number(text);
  throw runtimeFailure(
    `The ${name}Path field refers to value "${text}" which is not a valid ${kind}: ${String(path ?? name)}`,
  );
}

function memberOf(raw: JsonObject, way: string | undefined): JsonValue | undefined {
  let member: JsonValue | undefined = raw;
  for (const name of way?.split('/') ?? []) member = isObject(member) ? member[name] : undefined;
  return member;
}
