import type { ExecutionStart } from './contract.ts';
import type { Machine } from './definition.ts';
import { newThread } from './fold-fork.ts';
import type { Execution } from './model.ts';
import { fromText } from './payload.ts';

/** An execution that has not begun: its first thread is about to enter the machine's first state. */
export function beginExecution(start: ExecutionStart, machine: Machine, key: number, now: () => number): Execution {
  const execution: Execution = {
    key,
    start,
    machine,
    now,
    stream: { nextId: 1 },
    threads: new Map(),
    nextThread: 0,
    entries: 0,
    visits: new Map(),
    retries: undefined,
    redriveCount: 0,
    redriveTime: undefined,
    timeoutFrom: start.startTime,
    timeoutTimer: undefined,
    ended: false,
    final: undefined,
    ready: [],
    running: false,
    lines: [],
    fresh: [],
  };
  newThread({ id: 0, execution, machine, stream: execution.stream, input: fromText(start.input), previous: 0 });
  return execution;
}
