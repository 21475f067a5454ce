import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionOutcome, HistoryEvent, JsonValue } from './engine/contract.ts';
import { difference, historyDifference } from './recorded-compare.ts';

/** One execution recorded from AWS. */
export interface RecordedCase {
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

/** Nothing compared yet. */
export function emptyResult(): RecordedResult {
  const tally = (): Tally => ({ passed: 0, total: 0, failures: [] });
  return { outcomes: tally(), histories: tally(), leftOut: [] };
}

/** The cases of `executions.jsonl` in `folder` that can be replayed; the others are noted in `result`. */
export function readCases(folder: string, result: RecordedResult): RecordedCase[] {
  const lines = readFileSync(join(folder, 'executions.jsonl'), 'utf8').split('\n').filter(Boolean);
  const cases = lines.map((line) => JSON.parse(line) as RecordedCase);
  return cases.filter((recorded) => {
    const reason = whyLeftOut(recorded);
    if (reason) result.leftOut.push({ id: recorded.id, reason });
    return reason === undefined;
  });
}

function whyLeftOut(recorded: RecordedCase): string | undefined {
  if (!/^(SUCCEEDED|FAILED|TIMED_OUT|ABORTED)$/.test(recorded.expected.status))
    return 'the recording stops before the end';
  if (recorded.definition.includes('"ItemReader"')) return 'reads an S3 object that the recording does not hold';
  return hasTaskInMapRun(JSON.parse(recorded.definition))
    ? 'the recording does not hold the task results of child workflow executions'
    : undefined;
}

/** The history of an execution does not show what the children of its Map Runs do. */
function hasTaskInMapRun(value: unknown, inside = false): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { Type: type, ProcessorConfig: config } = value as { Type?: unknown; ProcessorConfig?: { Mode?: unknown } };
  if (inside && type === 'Task') return true;
  return Object.values(value).some((member) => hasTaskInMapRun(member, inside || config?.Mode === 'DISTRIBUTED'));
}

/** Notes how a case that ran compares with its recording. */
export function compareRun(
  recorded: RecordedCase,
  outcome: Pick<ExecutionOutcome, 'output' | 'error' | 'cause'> & { status: string },
  history: readonly HistoryEvent[],
  result: RecordedResult,
): void {
  count(result.outcomes, recorded.id, outcomeDifference(recorded, outcome));
  if (recorded.events) count(result.histories, recorded.id, historyDifference(recorded.events, history));
}

/** Notes one comparison; without a reason it passed. */
export function count(tally: Tally, id: string, reason: string | undefined): void {
  tally.total++;
  if (reason === undefined) tally.passed++;
  else tally.failures.push({ id, reason });
}

function outcomeDifference(
  { expected }: RecordedCase,
  outcome: Pick<ExecutionOutcome, 'output' | 'error' | 'cause'> & { status: string },
): string | undefined {
  if (expected.status !== outcome.status) {
    return `expected ${expected.status} but was ${outcome.status}: ${outcome.error ?? ''} ${outcome.cause ?? ''}`;
  }
  if (expected.status === 'SUCCEEDED') return difference(expected.output, outcome.output, 'output');
  return (
    difference(expected.error ?? null, outcome.error, 'error') ??
    difference(expected.cause ?? null, outcome.cause, 'cause')
  );
}
