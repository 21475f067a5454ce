import type { HistoryEvent } from './contract.ts';
import type { Execution, Thread } from './model.ts';
import type { Runtime } from './runtime.ts';

/**
 * RedriveExecution: the states that were entered and not left run again, with fresh retry counters; of a Map or Parallel
 * only the branches that did not succeed.
 * https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
 */
export function redriveExecution(runtime: Runtime, execution: Execution, redriveCount: number): void {
  const root = execution.threads.get(0);
  if (!root) throw new Error('An execution without its first thread');
  const previous = execution.stream.nextId - 1;
  runtime.record(root, { type: 'ExecutionRedriven', details: { redriveCount }, previous });
  for (const thread of execution.threads.values()) runtime.wake(thread);
}

/** What the ExecutionRedriven event changes. */
export function applyRedriven(execution: Execution, event: HistoryEvent): void {
  const details = event['executionRedrivenEventDetails'] as { redriveCount: number };
  execution.redriveCount = details.redriveCount;
  execution.redriveTime = event.timestamp;
  execution.timeoutFrom = event.timestamp;
  execution.final = undefined;
  const root = execution.threads.get(0);
  if (root) revive(root, event);
}

function revive(thread: Thread, event: HistoryEvent): void {
  if (thread.phase === 'done') return;
  if (!thread.stream.child) thread.previous = event.id;
  thread.failure = undefined;
  thread.closed = false;
  thread.attempts = undefined;
  thread.retryCount = 0;
  thread.task = undefined;
  if (thread.fork) {
    reviveBranches(thread, event);
  } else if (thread.phase !== 'enter' && thread.state) {
    thread.phase = 'execute';
    // A Wait waits its whole time again.
    thread.enteredAt = event.timestamp;
  }
}

function reviveBranches(thread: Thread, event: HistoryEvent): void {
  const { fork } = thread;
  if (!fork) return;
  thread.phase = 'fork';
  fork.finished -= fork.failed;
  fork.failed = 0;
  fork.previous = event.id;
  for (const id of fork.children) {
    const child = thread.execution.threads.get(id);
    if (child) revive(child, event);
  }
}
