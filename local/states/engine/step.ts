import { scopeOf } from './context-object.ts';
import type { State, StateType } from './definition.ts';
import { runtimeFailure, StateFailure } from './failure.ts';
import type { Failure, Thread } from './model.ts';
import { type JsonObject, jsonOf, textOf } from './payload.ts';
import type { Runtime } from './runtime.ts';
import { finishState } from './states/exit.ts';
import { executeMap } from './states/map.ts';
import { mapProgress } from './states/map-progress.ts';
import { executeParallel, parallelProgress } from './states/parallel.ts';
import { executeChoice, executeFail, executePass, executeSucceed } from './states/simple.ts';
import { executeTask } from './states/task.ts';
import { executeWait } from './states/wait.ts';

type Execute = (runtime: Runtime, thread: Thread, state: State) => void | Promise<void>;

const EXECUTE: Readonly<Record<StateType, Execute>> = {
  Pass: executePass,
  Task: executeTask,
  Choice: (runtime, thread, state) => executeChoice(runtime, thread, state),
  Wait: executeWait,
  Succeed: executeSucceed,
  Fail: executeFail,
  Parallel: executeParallel,
  Map: executeMap,
};

/**
 * Lets the thread do the next thing. A promise comes back only where JSONata needs one. Whatever a state throws ends that
 * state as a failure: nothing an execution contains can harm another one.
 */
export function step(runtime: Runtime, thread: Thread): void | Promise<void> {
  if (thread.closed) return;
  try {
    const pending = stepPhase(runtime, thread);
    return pending?.catch((error: unknown) => failWith(runtime, thread, error));
  } catch (error) {
    failWith(runtime, thread, error);
  }
}

function failWith(runtime: Runtime, thread: Thread, error: unknown): void {
  if (thread.execution.ended) return;
  const failure = error instanceof StateFailure ? error : runtimeFailure(internalReason(error));
  // A catcher that cannot be evaluated, or a failure in recording one, is final.
  if (thread.phase === 'catch') thread.state = undefined;
  runtime.fail(thread, failure);
}

function internalReason(error: unknown): string {
  if (error instanceof RangeError) return 'The data is nested too deeply or is too large to be processed.';
  // JSONata throws objects that are no Errors.
  return String((error as { message?: unknown }).message ?? error);
}

function stepPhase(runtime: Runtime, thread: Thread): void | Promise<void> {
  switch (thread.phase) {
    case 'enter':
      enterState(runtime, thread);
      return executeState(runtime, thread);
    case 'execute':
      return executeState(runtime, thread);
    case 'task':
      // The task's report wakes the thread.
      return undefined;
    case 'wait':
    case 'retry':
      return whenDue(runtime, thread);
    case 'fork':
      return forkProgress(runtime, thread);
    case 'finish':
      return finishState(runtime, thread, jsonOf(thread.result ?? {}), { shown: 'result' });
    case 'catch':
      return catchFailure(runtime, thread);
    default:
      return threadEnded(runtime, thread);
  }
}

function enterState(runtime: Runtime, thread: Thread): void {
  const state = thread.machine.state(thread.stateName);
  const details = { name: state.name, input: textOf(thread.input), inputDetails: { truncated: false } };
  runtime.record(thread, { type: `${state.type}StateEntered`, details }, {}, { payload: thread.input });
}

function executeState(runtime: Runtime, thread: Thread): void | Promise<void> {
  const { state } = thread;
  const execute = state && EXECUTE[state.type];
  if (!execute) throw runtimeFailure(`Unknown state type '${String(state?.type)}'`);
  return execute(runtime, thread, state);
}

function whenDue(runtime: Runtime, thread: Thread): void | Promise<void> {
  const { clock } = runtime.host;
  if (clock.now() < thread.resumeAt) {
    thread.timer ??= clock.at(thread.resumeAt, () => {
      thread.timer = undefined;
      runtime.wake(thread);
    });
    return;
  }
  if (thread.phase === 'retry') {
    thread.phase = 'execute';
    return executeState(runtime, thread);
  }
  const { state } = thread;
  if (!state) throw new Error('A Wait without a state');
  return finishState(runtime, thread, state.input(scopeOf(thread, jsonOf(thread.input))) as never);
}

function forkProgress(runtime: Runtime, thread: Thread): void | Promise<void> {
  if (thread.fork?.items) return mapProgress(runtime, thread);
  parallelProgress(runtime, thread);
}

/** The catcher's outcome leaves the state. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
function catchFailure(runtime: Runtime, thread: Thread): void | Promise<void> {
  const catcher = thread.state?.catchers[thread.catcher];
  if (!catcher) throw runtimeFailure('The catcher is not in the definition');
  const { error, cause } = thread.failure ?? { error: undefined, cause: undefined };
  const errorOutput: JsonObject = { Error: error ?? '', Cause: cause ?? '' };
  if (cause === undefined) delete errorOutput['Cause'];
  return finishState(runtime, thread, errorOutput, {
    finish: catcher.finish,
    next: catcher.next,
    shown: 'errorOutput',
  });
}

/** The thread's machine has ended: so has the execution, or an iteration. */
function threadEnded(runtime: Runtime, thread: Thread): void | Promise<void> {
  const { parent, execution, phase } = thread;
  if (!parent) {
    runtime.end(
      execution,
      phase === 'done' ? succeeded(thread) : { type: 'ExecutionFailed', details: failureDetails(thread.failure) },
    );
    return;
  }
  if (parent.phase !== 'fork' || !parent.fork) return;
  if (!parent.fork.items) {
    parallelProgress(runtime, parent);
    return;
  }
  if (!thread.closed) {
    const type = phase === 'done' ? 'MapIterationSucceeded' : 'MapIterationFailed';
    const details = { index: thread.index, name: parent.stateName };
    if (thread.stream.child) runtime.recordHidden(thread, type, {});
    else runtime.record(thread, { type, details });
  }
  return mapProgress(runtime, parent);
}

function succeeded(thread: Thread) {
  const details = { output: textOf(thread.result ?? {}), outputDetails: { truncated: false } };
  return { type: 'ExecutionSucceeded', details };
}

/** Error and cause as far as there are any. */
export function failureDetails(failure: Failure | undefined): { error?: string; cause?: string } {
  return {
    ...(failure?.cause === undefined ? {} : { cause: failure.cause }),
    ...(failure?.error === undefined ? {} : { error: failure.error }),
  };
}
