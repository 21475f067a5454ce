import { jumpingClock } from '../kernel/clocks.ts';
import { openStore } from '../kernel/sqlite-store.ts';
import type { ExecutionOutcome, HistoryEvent } from './engine/contract.ts';
import { createEngine } from './engine/engine.ts';
import { replayTasks } from './engine/replay.ts';
import { compareRun, emptyResult, type RecordedCase, type RecordedResult, readCases } from './recorded-cases.ts';

/**
 * Runs the executions recorded from AWS (`executions.jsonl` in `folder`) on a jumping clock, with the recorded task
 * results, and compares outcomes and histories.
 */
export async function runRecordedExecutions(folder: string): Promise<RecordedResult> {
  const result = emptyResult();
  for (const recorded of readCases(folder, result)) {
    const run = await runExecution(recorded);
    if ('unrecorded' in run) {
      const reason = `the recording does not hold the result of task '${run.unrecorded}'`;
      result.leftOut.push({ id: recorded.id, reason });
    } else compareRun(recorded, run.outcome, run.history, result);
  }
  return result;
}

type Run = { outcome: ExecutionOutcome; history: HistoryEvent[] } | { unrecorded: string };

/** Runs one case to its end, or to a task that the recording does not have. */
export async function runExecution(recorded: RecordedCase): Promise<Run> {
  const clock = jumpingClock();
  const store = openStore(':memory:');
  const executionArn = 'arn:aws:states:us-east-1:111111111111:execution:recorded:case';
  try {
    const outcome = await new Promise<ExecutionOutcome | { unrecorded: string }>((resolve) => {
      const engine = createEngine({
        clock,
        store,
        tasks: replayTasks(recorded.events ?? [], (call) => resolve({ unrecorded: call.stateName })),
        ended: (_execution, ended) => resolve(ended),
      });
      engine.start({
        executionArn,
        name: 'case',
        stateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:recorded',
        definition: recorded.definition,
        roleArn: 'arn:aws:iam::111111111111:role/recorded',
        input: recorded.input,
        startTime: clock.now(),
        type: 'STANDARD',
      });
    });
    if ('unrecorded' in outcome) return outcome;
    const idle = createEngine({ clock, store, tasks: replayTasks([]), ended: () => undefined });
    return { outcome, history: idle.history(executionArn) };
  } finally {
    clock.close();
    store.close();
  }
}
