import type { JsonValue } from '../contract.ts';
import { isObject } from '../payload.ts';
import { lookupVariable, type Scope } from '../scope.ts';

type Evaluate = (scope: Scope) => JsonValue | undefined | Promise<JsonValue | undefined>;

const STATES = /^\$states\.(input|result|errorOutput|context)((?:\.[A-Za-z_]\w*)*)$/;
const VARIABLE = /^\$([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*)*)$/;

/**
 * A direct evaluator for the most common expressions, `$states.input.a.b` and `$variable.a.b`: the library needs
 * several promises for them. JSONata maps paths over arrays; where an array is on the way, `otherwise` is asked.
 */
export function fastPath(source: string, otherwise: Evaluate): Evaluate | undefined {
  const states = STATES.exec(source);
  const variable = states ? null : VARIABLE.exec(source);
  const match = states ?? variable;
  if (!match || source.startsWith('$states') !== Boolean(states)) return undefined;
  const root = match[1] as string;
  const members = (match[2] as string).split('.').slice(1);
  return (scope) => {
    let value = states ? rootOf(scope, root) : lookupVariable(scope.variables, root);
    for (const member of members) {
      if (Array.isArray(value)) return otherwise(scope);
      if (!isObject(value) || !Object.hasOwn(value, member)) return undefined;
      value = value[member];
    }
    return value;
  };
}

function rootOf(scope: Scope, name: string): JsonValue | undefined {
  if (name === 'context') return scope.context();
  return scope.states?.[name as 'input' | 'result' | 'errorOutput'];
}
