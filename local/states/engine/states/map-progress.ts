import type { State } from '../definition.ts';
import { dataLimitFailure, StateFailure } from '../failure.ts';
import type { Fork, PrivateDetails, Thread } from '../model.ts';
import { exceedsLimit, fromValue, textOf } from '../payload.ts';
import type { Runtime } from '../runtime.ts';
import { iterationInput } from './map.ts';
import { childWorkflow, exceededTolerance } from './map-distributed.ts';
import { hasWriter, writtenResult } from './map-writer.ts';

/** Starts as many iterations as may run, and ends the state when all have ended or one too many has failed. */
export async function mapProgress(runtime: Runtime, thread: Thread): Promise<void> {
  const { fork, state } = thread;
  if (!fork || !state || thread.phase !== 'fork') return;
  if (failedFork(runtime, thread, fork)) return;
  while (thread.phase === 'fork' && fork.started < fork.size && running(fork) < fork.concurrency) {
    const index = fork.started;
    const { item, input } = await iterationInput(thread, state, index);
    // Another iteration may have failed the Map meanwhile.
    if (thread.phase !== 'fork' || thread.fork !== fork || fork.started !== index) return;
    startIteration(runtime, thread, fork, index, item, input);
  }
  if (thread.phase !== 'fork' || fork.finished < fork.size) return;
  if (fork.distributed) await endMapRun(runtime, thread, state);
  else runtime.record(thread, { type: 'MapStateSucceeded' });
  runtime.wake(thread);
}

/** What a ResultWriter makes of the results is the state's result; that it cannot is the Map Run's failure. */
async function endMapRun(runtime: Runtime, thread: Thread, state: State): Promise<void> {
  let extra: PrivateDetails = {};
  try {
    if (hasWriter(state)) extra = { in: await writtenResult(runtime, thread, state) };
  } catch (error) {
    if (!(error instanceof StateFailure) || error.error !== 'States.ResultWriterFailed') throw error;
    const failure = { error: error.error, cause: error.reason };
    const failed = runtime.record(thread, { type: 'MapRunFailed', details: failure });
    runtime.fail(thread, failure, { type: 'MapStateFailed', previous: failed.id });
    return;
  }
  const succeeded = runtime.record(thread, { type: 'MapRunSucceeded' });
  runtime.record(thread, { type: 'MapStateSucceeded', previous: succeeded.id }, extra);
}

/** Failed iterations keep their threads, for a redrive. */
function running(fork: Fork): number {
  return fork.children.size - fork.failed;
}

function startIteration(
  runtime: Runtime,
  thread: Thread,
  fork: Fork,
  index: number,
  item: Parameters<typeof fromValue>[0],
  input: Parameters<typeof fromValue>[0],
): void {
  const payload = fromValue(input);
  if (exceedsLimit(textOf(payload))) throw dataLimitFailure(thread.stateName);
  const id = thread.execution.nextThread;
  const extra = { x: id, ...(input === item ? {} : { in: input }) };
  if (fork.distributed) {
    runtime.recordHidden(thread, 'MapIterationStarted', { ...extra, ...childWorkflow(fork, index) }, { payload });
  } else {
    const details = { index, name: thread.stateName };
    runtime.record(thread, { type: 'MapIterationStarted', details, previous: fork.previous }, extra, { payload });
  }
  const child = thread.execution.threads.get(id);
  if (child) runtime.wake(child);
}

/** An inline Map fails with its first failed iteration, a distributed one when it tolerates no more. */
function failedFork(runtime: Runtime, thread: Thread, fork: Fork): boolean {
  if (fork.distributed) {
    const failure = exceededTolerance(fork);
    if (!failure) return false;
    const failed = runtime.record(thread, { type: 'MapRunFailed', details: { ...failure } });
    runtime.fail(thread, failure, { type: 'MapStateFailed', previous: failed.id });
    return true;
  }
  for (const id of fork.children) {
    const child = thread.execution.threads.get(id);
    if (child?.phase === 'failed' && child.failure) {
      runtime.fail(thread, child.failure, { type: 'MapStateFailed' });
      return true;
    }
  }
  return false;
}
