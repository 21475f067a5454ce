import type { EngineHost, ExecutionOutcome, HistoryEvent } from './contract.ts';
import { failState } from './failing.ts';
import { applyEvent, detailsOf, type Live } from './fold.ts';
import { entryLine, type Journal } from './journal.ts';
import type { Execution, PrivateDetails, Thread } from './model.ts';
import type { NewEvent, Runtime } from './runtime.ts';
import { stopThread } from './states/abort.ts';

/** Most events of one history; the last one says so. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const LONGEST_HISTORY = 25_000;

const STATUS = {
  ExecutionSucceeded: 'SUCCEEDED',
  ExecutionFailed: 'FAILED',
  ExecutionTimedOut: 'TIMED_OUT',
  ExecutionAborted: 'ABORTED',
} as const;

export interface Recorder {
  readonly runtime: Omit<Runtime, 'wake' | 'newToken'>;
  /** The complete runtime, and how to get a turn when something is to be flushed. */
  connect(runtime: Runtime, nudge: () => void): void;
  /** Writes ExecutionStarted. */
  begin(execution: Execution): void;
  /** Tells the host again of an execution that ended just before the process did. */
  announce(execution: Execution, event: HistoryEvent): void;
  /** Makes everything recorded durable, tells the host, then runs what waited for that. */
  flush(): void;
}

/** Writes events: into the fold at once, into the journal with the next flush. */
export function createRecorder(host: EngineHost, journal: Journal, ended: (execution: Execution) => void): Recorder {
  const dirty = new Set<Execution>();
  let effects: (() => void)[] = [];
  let announced: number[] = [];
  let runtime: Runtime | undefined;
  let nudge = (): void => undefined;

  function write(execution: Execution, event: HistoryEvent, extra: PrivateDetails): void {
    if (execution.start.type === 'STANDARD') execution.lines.push(entryLine(event, extra));
    if (!extra.h && event.id > 0) execution.fresh.push(event);
    if (!dirty.has(execution)) {
      dirty.add(execution);
      nudge();
    }
  }

  function apply(thread: Thread, event: HistoryEvent, extra: PrivateDetails, live?: Live): void {
    applyEvent(thread, event, extra, live);
    write(thread.execution, event, extra);
  }

  function record(thread: Thread, given: NewEvent, extra: PrivateDetails = {}, live?: Live): HistoryEvent {
    const { stream, execution } = thread;
    const event = newEvent(stream.nextId, given.previous ?? thread.previous, host.clock.now(), given);
    const full = event.id >= LONGEST_HISTORY && !given.type.startsWith('Execution');
    if (full && !stream.child) {
      const cause = `The execution reached the maximum number of history events (${LONGEST_HISTORY}).`;
      end(execution, { type: 'ExecutionFailed', details: { cause, error: 'States.Runtime' } });
      return event;
    }
    if (execution.ended) return event;
    apply(thread, event, privately(thread, extra, stream.child !== undefined), live);
    return event;
  }

  function recordHidden(thread: Thread, type: string, extra: PrivateDetails, live?: Live): void {
    if (thread.execution.ended) return;
    const event = newEvent(0, 0, host.clock.now(), { type });
    apply(thread, event, privately(thread, extra, true), live);
  }

  function end(execution: Execution, given: NewEvent): void {
    if (execution.ended) return;
    const root = execution.threads.get(0);
    if (!root) throw new Error('An execution without its first thread');
    const event = newEvent(execution.stream.nextId, given.previous ?? root.previous, host.clock.now(), given);
    apply(root, event, {});
    execution.ended = true;
    execution.timeoutTimer?.cancel();
    for (const thread of execution.threads.values()) stopThread(thread);
    ended(execution);
    effects.push(() => announce(execution, event));
  }

  /** Only when the host knows of the end is the execution over for a process that starts later. */
  function announce(execution: Execution, event: HistoryEvent): void {
    host.ended(execution.start, outcomeOf(event));
    if (execution.start.type === 'EXPRESS') return;
    announced.push(execution.key);
    nudge();
  }

  function flushJournal(batch: readonly Execution[]): void {
    const over = announced;
    announced = [];
    host.store.transaction(() => {
      for (const execution of batch) {
        if (execution.start.type === 'EXPRESS') continue;
        if (execution.lines.length > 0) journal.append(execution);
      }
      for (const key of over) journal.setRunning(key, false);
    });
  }

  function flush(): void {
    // The local cloud has stopped: what is not durable is lost, as after a kill.
    if (!host.store.database.isOpen) return;
    if (dirty.size === 0 && effects.length === 0 && announced.length === 0) return;
    const batch = [...dirty];
    dirty.clear();
    if (batch.length > 0 || announced.length > 0) flushJournal(batch);
    const due = effects;
    effects = [];
    for (const execution of batch) {
      const events = execution.fresh;
      execution.fresh = [];
      execution.lines = [];
      if (events.length > 0) host.appended?.(execution.start, events);
    }
    for (const effect of due) effect();
  }

  return {
    runtime: {
      host,
      record,
      recordHidden,
      end,
      tokens: new Map(),
      afterFlush(effect) {
        effects.push(effect);
        nudge();
      },
      fail(thread, failure, event) {
        if (runtime && !thread.execution.ended) failState(runtime, thread, failure, event);
      },
    },
    connect(complete, wake) {
      runtime = complete;
      nudge = wake;
    },
    begin(execution) {
      const { start } = execution;
      const details = { input: start.input, inputDetails: { truncated: false }, roleArn: start.roleArn };
      const root = execution.threads.get(0);
      if (!root) throw new Error('An execution without its first thread');
      const event = newEvent(1, 0, start.startTime, { type: 'ExecutionStarted', details });
      apply(root, event, {});
      runtime?.wake(root);
    },
    announce,
    flush,
  };
}

function privately(thread: Thread, extra: PrivateDetails, hidden: boolean): PrivateDetails {
  if (thread.id === 0 && !hidden) return extra;
  return { ...(thread.id === 0 ? {} : { t: thread.id }), ...(hidden ? { h: 1 as const } : {}), ...extra };
}

/** `taskScheduledEventDetails`; entering and leaving are called the same for all types of states. */
function detailsMember(type: string): string {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}

function newEvent(id: number, previousEventId: number, timestamp: number, given: NewEvent): HistoryEvent {
  const event: HistoryEvent = { id, previousEventId, timestamp, type: given.type };
  if (given.details) event[detailsMember(given.type)] = given.details;
  return event;
}

function outcomeOf(event: HistoryEvent): ExecutionOutcome {
  const { output, error, cause } = detailsOf(event);
  return {
    status: STATUS[event.type as keyof typeof STATUS],
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
    stopTime: event.timestamp,
  };
}
