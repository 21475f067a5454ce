import type { Thread } from '../model.ts';
import type { Runtime } from '../runtime.ts';

/** States whose abortion the history shows. */
const SHOWN = new Set(['Task', 'Wait', 'Parallel', 'Map']);

/** Stops all open branches or iterations of a state that fails, innermost first. */
export function abortBranches(runtime: Runtime, thread: Thread): void {
  const { fork, execution } = thread;
  for (const id of fork?.children ?? []) {
    const child = execution.threads.get(id);
    if (!child) continue;
    const failedIteration = fork?.items !== undefined && child.phase === 'failed';
    if (!failedIteration) abortThread(runtime, child);
  }
}

function abortThread(runtime: Runtime, child: Thread): void {
  const wasOpen = child.phase !== 'done';
  if (child.fork) abortBranches(runtime, child);
  if (child.task?.token !== undefined) runtime.tokens.delete(child.task.token);
  stopThread(child);
  const type = child.state?.type;
  const inState = child.phase !== 'enter' && child.phase !== 'done';
  if (inState && type && SHOWN.has(type)) runtime.record(child, { type: `${type}StateAborted` });
  const parent = child.parent;
  if (wasOpen && parent?.fork?.items) {
    const details = { index: child.index, name: parent.stateName };
    runtime.record(child, { type: 'MapIterationAborted', details });
  }
}

/** Cancels the thread's timers and its task; what they would report no longer counts. */
export function stopThread(thread: Thread): void {
  thread.timer?.cancel();
  thread.timer = undefined;
  for (const timer of thread.task?.timers ?? []) timer.cancel();
  thread.task?.running?.cancel();
}
