import type { JsonValue } from '../contract.ts';
import { dataLimitFailure } from '../failure.ts';
import { ANSWERED } from '../fold.ts';
import type { Failure, TaskAnswer, TaskProgress, Thread } from '../model.ts';
import { exceedsLimit, fromText, fromValue, type Payload, textOf } from '../payload.ts';
import type { Resource } from '../resource.ts';
import type { Runtime } from '../runtime.ts';
import { stopThread } from './abort.ts';

type FailurePhase = 'schedule' | 'submit' | 'start' | 'run' | 'timeout';

/** When the next heartbeat must have come. */
export function heartbeatDue(task: TaskProgress): number {
  return task.heartbeatAt + (task.heartbeatSeconds ?? 0) * 1_000;
}

function resourceOf(thread: Thread): Resource {
  const resource = thread.state?.resource;
  if (!resource) throw new Error(`State '${thread.stateName}' is no Task`);
  return resource;
}

/** `TaskFailed`, `LambdaFunctionFailed`, `ActivityFailed` and their like. */
function eventType(resource: Resource, what: string): string {
  const family = { integration: 'Task', lambda: 'LambdaFunction', activity: 'Activity' }[resource.kind];
  return `${family}${what}`;
}

/** The members that all details of integration events have. */
function resourceDetails(resource: Resource): { resource?: string; resourceType?: string } {
  if (resource.kind !== 'integration') return {};
  return { resource: resource.resource, resourceType: resource.resourceType };
}

export function taskStarted(runtime: Runtime, thread: Thread, workerName?: string): void {
  const resource = resourceOf(thread);
  const type = eventType(resource, 'Started');
  if (resource.kind === 'lambda') runtime.record(thread, { type });
  else if (resource.kind === 'integration') runtime.record(thread, { type, details: resourceDetails(resource) });
  else runtime.record(thread, { type, details: workerName === undefined ? {} : { workerName } });
}

/** AWS's history never shows an outcome without a start. */
function ensureStarted(runtime: Runtime, thread: Thread): void {
  if (thread.task && !thread.task.started) taskStarted(runtime, thread);
}

export function taskSubmitted(runtime: Runtime, thread: Thread, output: JsonValue): void {
  const resource = resourceOf(thread);
  if (resource.kind !== 'integration') return;
  ensureStarted(runtime, thread);
  const payload = fromValue(output);
  const details = { output: textOf(payload), outputDetails: { truncated: false }, ...resourceDetails(resource) };
  runtime.record(thread, { type: 'TaskSubmitted', details }, {}, { payload });
  const early = thread.task?.early;
  if (early) applyAnswer(runtime, thread, early);
}

/**
 * SendTaskSuccess or SendTaskFailure. A worker may be faster than the request that brought it the token: AWS's history
 * shows its answer after TaskSubmitted all the same.
 */
export function taskAnswered(runtime: Runtime, thread: Thread, answer: TaskAnswer): void {
  const { task } = thread;
  if (!task?.running || task.submitted || resourceOf(thread).kind !== 'integration') {
    applyAnswer(runtime, thread, answer);
    return;
  }
  if (task.token !== undefined) runtime.tokens.delete(task.token);
  const extra =
    'output' in answer ? { o: answer.output } : { ...optional('e', answer.error), ...optional('c', answer.cause) };
  runtime.recordHidden(thread, ANSWERED, extra);
}

/** The answer is the task's outcome. */
export function applyAnswer(runtime: Runtime, thread: Thread, answer: TaskAnswer): void {
  if ('output' in answer) taskSucceeded(runtime, thread, fromText(answer.output));
  else taskFailed(runtime, thread, answer, 'run');
}

/** The task's result is recorded; nothing will run it again. */
export function taskSucceeded(runtime: Runtime, thread: Thread, payload: Payload): void {
  const resource = resourceOf(thread);
  const output = textOf(payload);
  if (exceedsLimit(output)) {
    const failure = dataLimitFailure(resource.kind === 'integration' ? resource.resourceType : resource.arn);
    taskFailed(runtime, thread, { error: failure.error, cause: failure.reason }, 'run');
    return;
  }
  ensureStarted(runtime, thread);
  settle(runtime, thread);
  const details = { output, outputDetails: { truncated: false }, ...resourceDetails(resource) };
  runtime.record(thread, { type: eventType(resource, 'Succeeded'), details }, {}, { payload });
  runtime.wake(thread);
}

export function taskFailed(runtime: Runtime, thread: Thread, failure: Failure, phase: FailurePhase): void {
  const resource = resourceOf(thread);
  if (phase !== 'schedule' && phase !== 'start') ensureStarted(runtime, thread);
  settle(runtime, thread);
  const details = {
    ...optional('cause', failure.cause),
    ...optional('error', failure.error),
    ...resourceDetails(resource),
  };
  runtime.fail(thread, failure, { type: eventType(resource, failureEvent(resource, phase)), details });
}

function failureEvent(resource: Resource, phase: FailurePhase): string {
  if (phase === 'timeout') return 'TimedOut';
  if (phase === 'schedule') return resource.kind === 'integration' ? 'Failed' : 'ScheduleFailed';
  if (phase === 'start') return resource.kind === 'activity' ? 'Failed' : 'StartFailed';
  return phase === 'submit' && resource.kind === 'integration' ? 'SubmitFailed' : 'Failed';
}

function optional(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}

/** TimeoutSeconds or HeartbeatSeconds have passed. AWS shows both as States.Timeout, without a cause. */
export function taskTimedOut(runtime: Runtime, thread: Thread, task: TaskProgress, heartbeat: boolean): void {
  if (thread.task !== task || thread.execution.ended) return;
  const failure: Failure = { error: 'States.Timeout', cause: undefined, ...(heartbeat ? { heartbeat } : {}) };
  task.running?.cancel();
  taskFailed(runtime, thread, failure, 'timeout');
}

/** The outcome is known: no timer and no token of this task counts any more. */
function settle(runtime: Runtime, thread: Thread): void {
  const { task } = thread;
  if (!task) return;
  if (task.token !== undefined) runtime.tokens.delete(task.token);
  task.running = undefined;
  stopThread(thread);
}
