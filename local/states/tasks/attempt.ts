import type { Caller } from '../../kernel/service.ts';
import type { JsonValue, TaskCall, TaskReport } from '../engine/contract.ts';
import type { States } from '../states.ts';

/** One attempt of a task in progress. */
export interface Attempt {
  readonly states: States;
  readonly task: TaskCall;
  readonly report: TaskReport;
  readonly caller: Caller;
  /** Aborted when the engine no longer wants the result. */
  readonly signal: AbortSignal;
}

/** The task's parameters as an object; anything else has no members. */
export function parametersOf(task: TaskCall): Record<string, JsonValue> {
  const { parameters } = task;
  return typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters) ? parameters : {};
}

/** APIs take JSON in text members; states may write the JSON itself. */
export function textOf(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
