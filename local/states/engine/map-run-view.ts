import type { HistoryEvent, JsonValue } from './contract.ts';
import type { Journal } from './journal.ts';
import type { Execution, PrivateDetails, Thread } from './model.ts';
import { isObject, textOf } from './payload.ts';
import { loadExecution } from './resume.ts';

/** One child workflow execution of a Map Run, as the journal of its parent has it. */
export interface ChildWorkflow {
  readonly executionArn: string;
  readonly name: string;
  /** Number of items in its input. */
  readonly items: number;
  /** JSON text. */
  readonly input: string;
  readonly startTime: number;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  stopTime?: number;
  output?: string;
  error?: string;
  cause?: string;
  /** Its own history, without its first and last event until {@link historyOf}. */
  readonly events: HistoryEvent[];
}

/** A Map Run with its settings of now. */
export interface MapRunView {
  readonly mapRunArn: string;
  maxConcurrency: number;
  toleratedFailureCount: number;
  toleratedFailurePercentage: number;
  /** Items of each child workflow, started or not. */
  readonly sizes: readonly number[];
  readonly children: ChildWorkflow[];
}

/** The Map Runs of an execution, oldest first, by applying its journal again. */
export function viewMapRuns(journal: Journal, key: number, now: () => number): MapRunView[] {
  const runs = new Map<number, MapRunView>();
  const all: MapRunView[] = [];
  const children = new Map<string, ChildWorkflow>();
  const execution = loadExecution(journal, key, now, (thread, event, extra) => {
    if (event.type === 'MapStateStarted' && extra.run !== undefined) {
      const run = newRun(extra);
      runs.set(thread.id, run);
      all.push(run);
    } else if (event.type === 'MapIterationStarted' && extra.arn !== undefined) {
      const child = newChild(thread.execution, event, extra, runs.get(thread.id));
      children.set(extra.arn, child);
    } else if (thread.stream.child) {
      observeChild(children.get(thread.stream.child.arn), thread, event);
    }
  });
  for (const thread of execution.threads.values()) {
    const { distributed, concurrency } = thread.fork ?? {};
    const run = distributed && all.find(({ mapRunArn }) => mapRunArn === distributed.mapRunArn);
    if (run && distributed) {
      run.maxConcurrency = concurrency ?? 0;
      run.toleratedFailureCount = distributed.toleratedCount ?? 0;
      run.toleratedFailurePercentage = distributed.toleratedPercentage ?? 0;
    }
  }
  if (execution.final) abortOpen(children.values(), execution.final.timestamp);
  return all;
}

function newRun(extra: PrivateDetails): MapRunView {
  const items = extra.items ?? [];
  return {
    mapRunArn: extra.run ?? '',
    maxConcurrency: extra.mc ?? 0,
    toleratedFailureCount: extra.tc ?? 0,
    toleratedFailurePercentage: extra.tp ?? 0,
    sizes: items.map((item) => (extra.b ? itemsOfBatch(item) : 1)),
    children: [],
  };
}

function itemsOfBatch(batch: JsonValue): number {
  const items = isObject(batch) ? batch['Items'] : undefined;
  return Array.isArray(items) ? items.length : 1;
}

function newChild(
  execution: Execution,
  event: HistoryEvent,
  extra: PrivateDetails,
  run: MapRunView | undefined,
): ChildWorkflow {
  const input = execution.threads.get(extra.x ?? 0)?.stream.child?.input;
  const child: ChildWorkflow = {
    executionArn: extra.arn ?? '',
    name: extra.name ?? '',
    items: run?.sizes[run.children.length] ?? 1,
    input: input ? textOf(input) : 'null',
    startTime: event.timestamp,
    status: 'RUNNING',
    events: [],
  };
  run?.children.push(child);
  return child;
}

const ENDS: Readonly<Record<string, ChildWorkflow['status']>> = {
  MapIterationSucceeded: 'SUCCEEDED',
  MapIterationFailed: 'FAILED',
  MapIterationAborted: 'ABORTED',
};

function observeChild(child: ChildWorkflow | undefined, thread: Thread, event: HistoryEvent): void {
  if (!child) return;
  // Iterations of a Map inside the child are events of its history, the child's own end is not.
  const ownEnd = thread.parent?.stream !== thread.stream ? ENDS[event.type] : undefined;
  if (ownEnd === undefined) {
    if (event.id > 0) child.events.push(event);
    // A redrive goes on with a child that had failed.
    child.status = 'RUNNING';
    return;
  }
  child.status = ownEnd;
  child.stopTime = event.timestamp;
  if (ownEnd === 'SUCCEEDED') child.output = textOf(thread.result ?? {});
  if (ownEnd === 'FAILED') Object.assign(child, thread.failure);
}

function abortOpen(children: Iterable<ChildWorkflow>, at: number): void {
  for (const child of children) {
    if (child.status !== 'RUNNING') continue;
    child.status = 'ABORTED';
    child.stopTime = at;
  }
}

/** The child's whole history: what GetExecutionHistory shows of it. */
export function historyOf(child: ChildWorkflow, roleArn: string): HistoryEvent[] {
  const { input, output, error, cause, startTime: timestamp } = child;
  const started: HistoryEvent = {
    id: 1,
    previousEventId: 0,
    timestamp,
    type: 'ExecutionStarted',
    executionStartedEventDetails: { input, inputDetails: { truncated: false }, roleArn },
  };
  const events = [started, ...child.events];
  if (child.status === 'RUNNING') return events;
  const last = events.at(-1)?.id ?? 1;
  const end = { id: last + 1, previousEventId: last, timestamp: child.stopTime ?? timestamp };
  if (child.status === 'SUCCEEDED') {
    const details = { output, outputDetails: { truncated: false } };
    return [...events, { ...end, type: 'ExecutionSucceeded', executionSucceededEventDetails: details }];
  }
  const type = child.status === 'FAILED' ? 'ExecutionFailed' : 'ExecutionAborted';
  const details = { ...(cause !== undefined && { cause }), ...(error !== undefined && { error }) };
  const member = child.status === 'FAILED' ? 'executionFailedEventDetails' : 'executionAbortedEventDetails';
  return [...events, { ...end, type, [member]: details }];
}
