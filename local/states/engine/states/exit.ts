import { scopeOf } from '../context-object.ts';
import type { JsonValue } from '../contract.ts';
import type { Effect, Finish } from '../data-flow.ts';
import { dataLimitFailure, StateFailure } from '../failure.ts';
import type { PrivateDetails, Thread } from '../model.ts';
import { exceedsLimit, fromValue, jsonOf, PAYLOAD_LIMIT, type Payload, textOf } from '../payload.ts';
import type { Runtime } from '../runtime.ts';

/** All variables of an execution together, in bytes. */
const ALL_VARIABLES_LIMIT = 10 * 1024 * 1024;

/**
 * Evaluates the state's outcome on `result` and leaves the state: StateExited, then the next state or the end.
 * `finish` and `next` are the state's own unless a choice rule or catcher has others.
 */
export function finishState(
  runtime: Runtime,
  thread: Thread,
  result: JsonValue,
  options: { finish?: Finish; next?: string; shown?: 'result' | 'errorOutput' } = {},
): void | Promise<void> {
  const finish = options.finish ?? thread.state?.finish;
  if (!finish) throw new Error(`Thread ${thread.id} is in no state`);
  const next = options.next ?? thread.state?.next;
  const { shown } = options;
  const effect = finish({
    input: jsonOf(thread.input),
    result,
    scopeOf: (data) => scopeOf(thread, data, shown ? { [shown]: result } : {}),
  });
  if (effect instanceof Promise) return effect.then((done) => exitState(runtime, thread, done, next, result));
  exitState(runtime, thread, effect, next, result);
}

function exitState(
  runtime: Runtime,
  thread: Thread,
  effect: Effect,
  next: string | undefined,
  result: JsonValue,
): void {
  const payload = outputPayload(thread, effect.output, result);
  const output = textOf(payload);
  if (exceedsLimit(output)) throw dataLimitFailure(thread.stateName);
  const details: Record<string, unknown> = {
    name: thread.stateName,
    output,
    outputDetails: { truncated: false },
  };
  if (effect.assigned) {
    details['assignedVariables'] = variableTexts(thread, effect.assigned);
    details['assignedVariablesDetails'] = { truncated: false };
  }
  const extra: PrivateDetails = next === undefined ? {} : { n: next };
  const type = thread.state?.type ?? 'Pass';
  runtime.record(thread, { type: `${type}StateExited`, details }, extra, { payload, assigned: effect.assigned });
  runtime.wake(thread);
}

/** The text of a value that passes through unchanged is known already. */
function outputPayload(thread: Thread, output: JsonValue, result: JsonValue): Payload {
  if (output === thread.input.value) return thread.input;
  return thread.result && output === result ? thread.result : fromValue(output);
}

function variableTexts(thread: Thread, assigned: Record<string, JsonValue>): Record<string, string> {
  const texts: Record<string, string> = {};
  let total = 0;
  for (const [name, value] of Object.entries(assigned)) {
    const text = JSON.stringify(value);
    total += text.length;
    if (exceedsLimit(text)) throw tooLarge(thread, `The value of variable '${name}' exceeds the limit of 256 KiB.`);
    texts[name] = text;
  }
  if (total > PAYLOAD_LIMIT) throw tooLarge(thread, 'The variables assigned by one state exceed the limit of 256 KiB.');
  if (total + storedVariables(thread) > ALL_VARIABLES_LIMIT) {
    throw tooLarge(thread, 'The variables of the execution exceed the limit of 10 MiB.');
  }
  return texts;
}

/** An upper bound is enough while few variables exist: each is at most the payload limit. */
function storedVariables(thread: Thread): number {
  let count = 0;
  for (const each of thread.execution.threads.values()) count += each.variables.own.size;
  if (count * PAYLOAD_LIMIT <= ALL_VARIABLES_LIMIT) return 0;
  let total = 0;
  for (const each of thread.execution.threads.values()) {
    for (const value of each.variables.own.values()) total += JSON.stringify(value).length;
  }
  return total;
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html */
function tooLarge(_thread: Thread, reason: string): StateFailure {
  return new StateFailure('States.DataLimitExceeded', reason, { located: true });
}
