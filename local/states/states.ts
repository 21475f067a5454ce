import type { Cloud } from '../kernel/service.ts';
import type { Engine, ExecutionOutcome, HistoryEvent } from './engine/contract.ts';
import type { ExecutionLogs } from './execution-logs.ts';
import type { MockConfig } from './mocks/mock-config.ts';
import type { Activities } from './records/activities.ts';
import type { Executions } from './records/executions.ts';
import type { Machines } from './records/machines.ts';
import type { MapRuns } from './records/map-runs.ts';
import type { TaskTokens } from './records/task-tokens.ts';

/** Everything the operations of Step Functions work on. */
export interface States {
  readonly cloud: Cloud;
  readonly machines: Machines;
  readonly executions: Executions;
  readonly activities: Activities;
  readonly mapRuns: MapRuns;
  readonly tokens: TaskTokens;
  readonly mocks: MockConfig;
  readonly engine: Engine;
  readonly endings: Endings;
  readonly logs: ExecutionLogs;
}

/** Who waits in this process for an execution to end (`.sync` tasks, synchronous executions). */
export interface Endings {
  /** Calls `listener` once when the execution ends; the result cancels. */
  when(executionArn: string, listener: (outcome: ExecutionOutcome) => void): () => void;
  ended(executionArn: string, outcome: ExecutionOutcome): void;
}

/** No one waits yet. */
export function createEndings(): Endings {
  const listeners = new Map<string, Set<(outcome: ExecutionOutcome) => void>>();
  return {
    when(executionArn, listener) {
      const waiting = listeners.get(executionArn) ?? new Set();
      listeners.set(executionArn, waiting);
      waiting.add(listener);
      return () => {
        waiting.delete(listener);
        if (waiting.size === 0 && listeners.get(executionArn) === waiting) listeners.delete(executionArn);
      };
    },
    ended(executionArn, outcome) {
      const waiting = listeners.get(executionArn);
      listeners.delete(executionArn);
      for (const listener of waiting ?? []) listener(outcome);
    },
  };
}

/** How an execution ended, read from its last event; undefined while it runs. Used to repair the index after a crash. */
export function outcomeOf(last: HistoryEvent | undefined): ExecutionOutcome | undefined {
  const statuses: Record<string, ExecutionOutcome['status']> = {
    ExecutionSucceeded: 'SUCCEEDED',
    ExecutionFailed: 'FAILED',
    ExecutionTimedOut: 'TIMED_OUT',
    ExecutionAborted: 'ABORTED',
  };
  const status = last && statuses[last.type];
  if (!status) return undefined;
  const member = `${last.type.charAt(0).toLowerCase()}${last.type.slice(1)}EventDetails`;
  const details = (last[member] ?? {}) as { output?: string; error?: string; cause?: string };
  return { status, stopTime: last.timestamp, output: details.output, error: details.error, cause: details.cause };
}
