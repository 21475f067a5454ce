import { scopeOf } from '../context-object.ts';
import type { State } from '../definition.ts';
import { dataLimitFailure } from '../failure.ts';
import type { Thread } from '../model.ts';
import { exceedsLimit, fromValue, type Payload, textOf } from '../payload.ts';
import type { Runtime } from '../runtime.ts';
import { effectiveInput } from './simple.ts';

/**
 * Starts all branches with the state's input, or with what Parameters or Arguments make of it.
 * https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html
 */
export async function executeParallel(runtime: Runtime, thread: Thread, state: State): Promise<void> {
  const input = await state.parameters(scopeOf(thread, effectiveInput(thread, state)));
  const unchanged = input === thread.input.value;
  const payload: Payload = unchanged ? thread.input : fromValue(input);
  if (exceedsLimit(textOf(payload))) throw dataLimitFailure(thread.stateName);
  runtime.record(thread, { type: 'ParallelStateStarted' }, unchanged ? {} : { in: input }, { payload });
  wakeBranches(runtime, thread);
  parallelProgress(runtime, thread);
}

/** Lets branches go on, in the order in which they last did something. */
export function wakeBranches(runtime: Runtime, thread: Thread): void {
  const { threads } = thread.execution;
  for (const id of thread.fork?.children ?? []) {
    const child = threads.get(id);
    if (child) runtime.wake(child);
  }
}

/** Ends the state once every branch has ended, or once one has failed. */
export function parallelProgress(runtime: Runtime, thread: Thread): void {
  const { fork, execution } = thread;
  if (!fork || thread.phase !== 'fork') return;
  for (const id of fork.children) {
    const child = execution.threads.get(id);
    if (child?.phase === 'failed' && child.failure) {
      runtime.fail(thread, child.failure, { type: 'ParallelStateFailed' });
      return;
    }
  }
  if (fork.finished < fork.size) return;
  runtime.record(thread, { type: 'ParallelStateSucceeded' });
  runtime.wake(thread);
}
