import { beginExecution } from './begin.ts';
import type { HistoryEvent } from './contract.ts';
import { compileDefinition } from './definition.ts';
import { applyEvent } from './fold.ts';
import type { Journal } from './journal.ts';
import type { Execution, PrivateDetails, Thread } from './model.ts';
import type { Runtime } from './runtime.ts';
import { startTask } from './states/task-run.ts';

/**
 * The execution as its journal has it: every entry applied again, in order. Nothing runs yet. `observe` sees each entry
 * after it was applied.
 */
export function loadExecution(
  journal: Journal,
  key: number,
  now: () => number,
  observe?: (thread: Thread, event: HistoryEvent, extra: PrivateDetails) => void,
): Execution {
  const start = journal.start(key);
  const execution = beginExecution(start, compileDefinition(start.definition), key, now);
  for (const { event, extra } of journal.entries(key)) {
    const thread = execution.threads.get(extra.t ?? 0);
    if (!thread) throw new Error(`Journal of ${start.executionArn}: event ${event.id} belongs to no thread`);
    applyEvent(thread, event, extra);
    observe?.(thread, event, extra);
  }
  return execution;
}

/**
 * Lets every thread go on after a restart, in the order in which they would have gone on without it: each became ready with
 * its last entry. Tasks go out first, as they did at the end of the turn that was cut short. A Map or Parallel with a
 * failed branch hears of it from that branch.
 */
export function resumeThreads(runtime: Runtime, execution: Execution): void {
  const threads = [...execution.threads.values()].sort((a, b) => a.lastEntry - b.lastEntry || a.id - b.id);
  for (const thread of threads) {
    if (thread.phase === 'task' && thread.state) startTask(runtime, thread, thread.state);
  }
  for (const thread of threads) {
    if (thread.phase !== 'task' && !thread.closed && !hasFailedBranch(thread)) runtime.wake(thread);
  }
}

function hasFailedBranch(thread: Thread): boolean {
  for (const id of thread.fork?.children ?? []) {
    const child = thread.execution.threads.get(id);
    if (child?.phase === 'failed' && !child.closed) return true;
  }
  return false;
}
