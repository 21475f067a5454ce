import type { Clock } from '../../kernel/clock.ts';
import type { Execution, Thread } from './model.ts';

/** Real milliseconds of computing before the event loop gets a turn. */
const TURN = 8;

export interface Scheduler {
  wake(thread: Thread): void;
  /** There is something to flush. */
  nudge(): void;
}

/**
 * Runs executions in turns of the event loop, one thread step at a time and each execution's threads in the order in
 * which they became ready. After each turn `flush` makes durable what was recorded. The clock does not jump while there
 * is work.
 */
export function createScheduler(
  clock: Clock,
  step: (thread: Thread) => void | Promise<void>,
  flush: () => void,
  turnMilliseconds = TURN,
): Scheduler {
  let queue: Execution[] = [];
  let head = 0;
  let scheduled = false;
  let inFlight = 0;
  let turnEnds = 0;
  let release: (() => void) | undefined;

  function nudge(): void {
    if (scheduled) return;
    scheduled = true;
    release ??= clock.hold('state machine executions');
    setImmediate(turn);
  }

  function turn(): void {
    turnEnds = performance.now() + turnMilliseconds;
    for (let next = queue[head]; next && performance.now() < turnEnds; next = queue[head]) {
      head++;
      void run(next);
    }
    if (head === queue.length) {
      queue = [];
      head = 0;
    }
    // What JSONata does in promises happens before the next immediate.
    setImmediate(afterTurn);
  }

  function afterTurn(): void {
    scheduled = false;
    flush();
    if (head < queue.length) nudge();
    if (scheduled || inFlight > 0) return;
    release?.();
    release = undefined;
  }

  async function run(execution: Execution): Promise<void> {
    while (!execution.ended) {
      const thread = execution.ready.shift();
      if (!thread) break;
      thread.queued = false;
      const pending = step(thread);
      if (pending) await settled(pending);
      if (performance.now() > turnEnds) break;
    }
    execution.running = false;
    if (!execution.ended && execution.ready.length > 0) enqueue(execution);
  }

  async function settled(pending: Promise<void>): Promise<void> {
    inFlight++;
    try {
      await pending;
    } finally {
      inFlight--;
      nudge();
    }
  }

  function enqueue(execution: Execution): void {
    execution.running = true;
    queue.push(execution);
    nudge();
  }

  return {
    nudge,
    wake(thread) {
      const { execution } = thread;
      if (thread.queued || execution.ended) return;
      thread.queued = true;
      execution.ready.push(thread);
      if (!execution.running) enqueue(execution);
    },
  };
}
