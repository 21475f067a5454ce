import { scopeOf } from '../context-object.ts';
import type { JsonValue } from '../contract.ts';
import type { State } from '../definition.ts';
import { runtimeFailure, StateFailure } from '../failure.ts';
import { compileTemplate } from '../jsonata/template.ts';
import { compileExpression } from '../jsonpath/template.ts';
import type { Thread } from '../model.ts';
import { jsonOf } from '../payload.ts';
import type { Runtime } from '../runtime.ts';
import type { Scope, Template } from '../scope.ts';
import { finishState } from './exit.ts';

/** The effective input: what InputPath selects of the state's input. */
export function effectiveInput(thread: Thread, state: State): JsonValue {
  // InputPath is never JSONata, so no promise comes back.
  return state.input(scopeOf(thread, jsonOf(thread.input))) as JsonValue;
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-pass.html */
export function executePass(runtime: Runtime, thread: Thread, state: State): void | Promise<void> {
  const input = effectiveInput(thread, state);
  if (state.language === 'JSONata') return finishState(runtime, thread, input);
  const { Result: fixed } = state.raw;
  const result = fixed === undefined ? (state.parameters(scopeOf(thread, input)) as JsonValue) : fixed;
  return finishState(runtime, thread, result);
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-succeed.html */
export function executeSucceed(runtime: Runtime, thread: Thread, state: State): void | Promise<void> {
  return finishState(runtime, thread, effectiveInput(thread, state));
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html */
export function executeChoice(runtime: Runtime, thread: Thread, state: State, from = 0): void | Promise<void> {
  const input = effectiveInput(thread, state);
  const scope = scopeOf(thread, input);
  for (let i = from; i < state.rules.length; i++) {
    const rule = state.rules[i];
    if (!rule) break;
    const matched = rule.test(scope);
    if (matched instanceof Promise) {
      return matched.then((yes) =>
        yes ? finishState(runtime, thread, input, rule) : executeChoice(runtime, thread, state, i + 1),
      );
    }
    if (matched) return finishState(runtime, thread, input, rule);
  }
  const { Default: otherwise } = state.raw;
  if (typeof otherwise !== 'string') {
    throw runtimeFailure(
      'Failed to transition out of the state. The state does not point to a next state.',
      'States.NoChoiceMatched',
    );
  }
  return finishState(runtime, thread, input, { next: otherwise });
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-fail.html */
export async function executeFail(_runtime: Runtime, thread: Thread, state: State): Promise<void> {
  const scope = scopeOf(thread, effectiveInput(thread, state));
  const error = await failText(state, 'Error', scope);
  const cause = await failText(state, 'Cause', scope);
  throw new StateFailure(error, cause);
}

async function failText(state: State, name: 'Error' | 'Cause', scope: Scope): Promise<string | undefined> {
  const template = state.field(name, (raw, language): Template | undefined => {
    const { [name]: fixed, [`${name}Path`]: path } = raw;
    if (fixed !== undefined) return language === 'JSONata' ? compileTemplate(fixed, name, 'string') : () => fixed;
    return path === undefined ? undefined : compileExpression(String(path), `${name}Path`);
  });
  if (!template) return undefined;
  const value = await template(scope);
  if (typeof value !== 'string') {
    throw runtimeFailure(`The ${name}Path field refers to a value which is not a string: ${JSON.stringify(value)}`);
  }
  return value;
}
