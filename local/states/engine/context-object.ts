import type { JsonValue } from './contract.ts';
import type { Thread } from './model.ts';
import { type JsonObject, jsonOf } from './payload.ts';
import type { Scope } from './scope.ts';

/**
 * The Context object as a state of this thread sees it.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
 */
export function contextObject(thread: Thread, taskToken?: string): JsonObject {
  const { execution } = thread;
  const { start } = execution;
  const child = thread.stream.child;
  const state: JsonObject = { EnteredTime: iso(thread.enteredAt), Name: thread.stateName };
  const type = thread.state?.type;
  if (type === 'Task' || type === 'Parallel' || type === 'Map') state['RetryCount'] = thread.retryCount;
  const context: JsonObject = {
    Execution: {
      Id: child?.arn ?? start.executionArn,
      Input: child ? jsonOf(child.input) : jsonOf(executionInput(thread)),
      StartTime: iso(child?.startTime ?? start.startTime),
      Name: child?.name ?? start.name,
      RoleArn: start.roleArn,
      RedriveCount: execution.redriveCount,
      ...(execution.redriveTime === undefined ? {} : { RedriveTime: iso(execution.redriveTime) }),
    },
    StateMachine: { Id: start.stateMachineArn, Name: machineName(start.stateMachineArn) },
    State: state,
  };
  if (thread.mapItem) context['Map'] = { Item: { Index: thread.mapItem.Index, Value: thread.mapItem.Value } };
  if (taskToken !== undefined) context['Task'] = { Token: taskToken };
  return context;
}

/** The scope of the thread's current state. `result` and `errorOutput` are what `$states` has at that point. */
export function scopeOf(
  thread: Thread,
  data: JsonValue,
  more: { result?: JsonValue; errorOutput?: JsonValue; taskToken?: string; mapItem?: Thread['mapItem'] } = {},
): Scope {
  const states: { input: JsonValue; result?: JsonValue; errorOutput?: JsonValue } = { input: jsonOf(thread.input) };
  if (more.result !== undefined) states.result = more.result;
  if (more.errorOutput !== undefined) states.errorOutput = more.errorOutput;
  const { mapItem } = more;
  return {
    data,
    variables: thread.variables,
    now: thread.execution.now,
    context: () => contextObject(mapItem ? { ...thread, mapItem } : thread, more.taskToken),
    states,
  };
}

const inputs = new WeakMap<object, { text: string; value?: JsonValue }>();

/** The execution's input, parsed at most once. */
function executionInput(thread: Thread) {
  const { start } = thread.execution;
  const known = inputs.get(start) ?? { text: start.input };
  inputs.set(start, known);
  return known;
}

function machineName(arn: string): string {
  return arn.split(':')[6] ?? arn;
}

/** `2019-03-26T20:14:13.192Z` */
export function iso(time: number): string {
  return new Date(time).toISOString();
}
