import { StateFailure } from './failure.ts';
import { FAILED } from './fold.ts';
import type { Failure, PrivateDetails, Thread } from './model.ts';
import { matchesError, retryDelay } from './retry.ts';
import type { NewEvent, Runtime } from './runtime.ts';
import { abortBranches } from './states/abort.ts';

/** Ends the thread's state with a failure; see {@link Runtime.fail}. */
export function failState(runtime: Runtime, thread: Thread, raised: StateFailure | Failure, given?: NewEvent): void {
  const failure = toFailure(thread, raised);
  const action = chooseAction(runtime, thread, failure);
  if (thread.fork) abortBranches(runtime, thread);
  let event = given;
  if (raised instanceof StateFailure && raised.evaluation) {
    const evaluation = evaluationEvent(thread, failure, raised.evaluation.location);
    const type = thread.state?.type;
    if (type === 'Map' || type === 'Parallel') {
      runtime.record(thread, evaluation);
      event = { type: `${type}StateFailed` };
    } else event = evaluation;
  }
  if (!event) {
    runtime.recordHidden(thread, FAILED, { ...action, ...shown(failure) });
  } else {
    const visible = event.details as { error?: string; cause?: string } | undefined;
    const same = visible?.error === failure.error && visible?.cause === failure.cause;
    runtime.record(thread, event, same ? action : { ...action, ...shown(failure) });
  }
  runtime.wake(thread);
}

function shown(failure: Failure): PrivateDetails {
  const extra: PrivateDetails = {};
  if (failure.error !== undefined) extra.e = failure.error;
  if (failure.cause !== undefined) extra.c = failure.cause;
  return extra;
}

/** Failures of the interpreter itself name the state and its StateEntered event. */
function toFailure(thread: Thread, raised: StateFailure | Failure): Failure {
  if (!(raised instanceof StateFailure)) return raised;
  const prefix = raised.located
    ? `An error occurred while executing the state '${thread.stateName}' (entered at the event id #${thread.entered}). `
    : '';
  return { error: raised.error, cause: raised.reason === undefined ? undefined : prefix + raised.reason };
}

function chooseAction(runtime: Runtime, thread: Thread, failure: Failure): PrivateDetails {
  const extra: PrivateDetails = failure.heartbeat ? { hb: 1 } : {};
  const { state } = thread;
  if (!state) return { ...extra, a: 'fail' };
  const options = { task: state.type === 'Task', heartbeat: failure.heartbeat === true };
  const i = state.retriers.findIndex((retrier) => matchesError(retrier.errors, failure.error, options));
  const retrier = state.retriers[i];
  const attempts = thread.attempts?.[i] ?? 0;
  if (retrier && attempts < retrier.maxAttempts) {
    const at = runtime.host.clock.now() + retryDelay(retrier, attempts);
    return { ...extra, a: 'retry', i, at };
  }
  const catcher = state.catchers.findIndex((rule) => matchesError(rule.errors, failure.error, options));
  return catcher >= 0 ? { ...extra, a: 'catch', i: catcher } : { ...extra, a: 'fail' };
}

/**
 * The EvaluationFailed event. As recorded from AWS, it follows the event before the state was entered, unless the state
 * has events after that; only Wait states count as entered.
 */
function evaluationEvent(thread: Thread, failure: Failure, location: string | undefined): NewEvent {
  const fresh = thread.previous === thread.entered && thread.state?.type !== 'Wait';
  return {
    type: 'EvaluationFailed',
    previous: fresh ? thread.beforeEntered : thread.previous,
    details: {
      cause: failure.cause,
      error: failure.error,
      ...(location === undefined ? {} : { location }),
      state: thread.stateName,
    },
  };
}
