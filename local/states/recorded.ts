import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jumpingClock } from '../kernel/clocks.ts';
import { openStore } from '../kernel/sqlite-store.ts';
import type { ExecutionOutcome, HistoryEvent, JsonValue } from './engine/contract.ts';
import { createEngine } from './engine/engine.ts';
import { replayTasks } from './engine/replay.ts';
import { difference, historyDifference } from './recorded-compare.ts';

interface RecordedCase {
  id: string;
  definition: string;
  input: string;
  expected: { status: string; output?: JsonValue; error?: string | null; cause?: JsonValue };
  events?: HistoryEvent[];
}

/** What came of one kind of comparison. */
export interface Tally {
  passed: number;
  total: number;
  /** Name of the case and how it differs. */
  failures: { id: string; reason: string }[];
}

export interface RecordedResult {
  outcomes: Tally;
  histories: Tally;
  /** Cases that cannot be replayed, with the reason. */
  leftOut: { id: string; reason: string }[];
}

/**
 * Runs the executions recorded from AWS (`executions.jsonl` in `folder`) on a jumping clock, with the recorded task
 * results, and compares outcomes and histories.
 */
export async function runRecordedExecutions(folder: string): Promise<RecordedResult> {
  const lines = readFileSync(join(folder, 'executions.jsonl'), 'utf8').split('\n').filter(Boolean);
  const result: RecordedResult = { outcomes: emptyTally(), histories: emptyTally(), leftOut: [] };
  for (const line of lines) {
    const recorded = JSON.parse(line) as RecordedCase;
    const reason = whyLeftOut(recorded);
    if (reason) result.leftOut.push({ id: recorded.id, reason });
    else await runCase(recorded, result);
  }
  return result;
}

function emptyTally(): Tally {
  return { passed: 0, total: 0, failures: [] };
}

function whyLeftOut(recorded: RecordedCase): string | undefined {
  if (!/^(SUCCEEDED|FAILED|TIMED_OUT|ABORTED)$/.test(recorded.expected.status))
    return 'the recording stops before the end';
  return recorded.definition.includes('"ItemReader"')
    ? 'reads an S3 object that the recording does not hold'
    : undefined;
}

async function runCase(recorded: RecordedCase, result: RecordedResult): Promise<void> {
  const run = await runExecution(recorded);
  if ('unrecorded' in run) {
    result.leftOut.push({
      id: recorded.id,
      reason: `the recording does not hold the result of task '${run.unrecorded}'`,
    });
    return;
  }
  const { outcome, history } = run;
  count(result.outcomes, recorded.id, outcomeDifference(recorded, outcome));
  if (recorded.events) count(result.histories, recorded.id, historyDifference(recorded.events, history));
}

function count(tally: Tally, id: string, reason: string | undefined): void {
  tally.total++;
  if (reason === undefined) tally.passed++;
  else tally.failures.push({ id, reason });
}

function outcomeDifference({ expected }: RecordedCase, outcome: ExecutionOutcome): string | undefined {
  if (expected.status !== outcome.status) {
    return `expected ${expected.status} but was ${outcome.status}: ${outcome.error ?? ''} ${outcome.cause ?? ''}`;
  }
  if (expected.status === 'SUCCEEDED') return difference(expected.output, outcome.output, 'output');
  return (
    difference(expected.error ?? null, outcome.error, 'error') ??
    difference(expected.cause ?? null, outcome.cause, 'cause')
  );
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
