import type { HistoryEvent, JsonValue } from './contract.ts';
import {
  closeFork,
  endBranch,
  endIteration,
  joinFork,
  startIteration,
  startMap,
  startParallel,
  updateMapRun,
} from './fold-fork.ts';
import type { PrivateDetails, Thread } from './model.ts';
import { fromText, type Payload } from './payload.ts';
import { applyRedriven } from './redrive.ts';

/** Values that the live engine has at hand and the fold would otherwise parse out of the event. */
export interface Live {
  payload?: Payload;
  assigned?: Record<string, JsonValue>;
}

/** Hidden entries: the end of a Wait is known; a failure without an event; a heartbeat came. */
export const WAITING = '$Waiting';
export const FAILED = '$Failed';
export const HEARTBEAT = '$Heartbeat';
/** UpdateMapRun: new bounds of the Map Run in progress. */
export const MAP_RUN_UPDATED = '$MapRunUpdated';
/** A task token was answered before its request. */
export const ANSWERED = '$Answered';

interface Details {
  name: string;
  input: string;
  output: string;
  parameters: string;
  assignedVariables?: Record<string, string>;
  timeoutInSeconds?: number;
  heartbeatInSeconds?: number;
  error?: string;
  cause?: string;
}

/**
 * Applies one journal entry to the thread it belongs to. This is the only place where the state of an execution
 * changes, so a restarted process that applies the journal again is where the old one was.
 */
export function applyEvent(thread: Thread, event: HistoryEvent, extra: PrivateDetails, live: Live = {}): void {
  thread.lastEntry = thread.execution.entries++;
  if (event.id > 0) thread.stream.nextId = event.id + 1;
  const details = detailsOf(event);
  const { type } = event;
  if (type.endsWith('StateEntered')) enter(thread, event, details, live);
  else if (type.endsWith('StateExited')) exit(thread, event, extra, details, live);
  else if (extra.a) fail(thread, event, extra, details);
  else if (isTaskEvent(type)) applyTask(thread, event, extra, details, live);
  else applyOther(thread, event, extra, live);
}

function applyOther(thread: Thread, event: HistoryEvent, extra: PrivateDetails, live: Live): void {
  switch (event.type) {
    case WAITING:
      thread.phase = 'wait';
      thread.resumeAt = extra.at ?? 0;
      return;
    case HEARTBEAT:
      if (thread.task) thread.task.heartbeatAt = event.timestamp;
      return;
    case MAP_RUN_UPDATED:
      updateMapRun(thread, extra);
      return;
    case ANSWERED:
      if (thread.task)
        thread.task.early = extra.o === undefined ? { error: extra.e, cause: extra.c } : { output: extra.o };
      return;
    case 'EvaluationFailed':
    case 'MapRunStarted':
      thread.previous = event.id;
      return;
    case 'ExecutionSucceeded':
    case 'ExecutionFailed':
    case 'ExecutionTimedOut':
    case 'ExecutionAborted':
      thread.execution.final = event;
      return;
    case 'ExecutionRedriven':
      applyRedriven(thread.execution, event);
      return;
    case 'MapStateStarted':
      startMap(thread, event, extra);
      return;
    case 'ParallelStateStarted':
      startParallel(thread, event, extra, live.payload);
      return;
    case 'MapIterationStarted':
      startIteration(thread, event, extra, live.payload);
      return;
    case 'MapIterationSucceeded':
    case 'MapIterationFailed':
    case 'MapIterationAborted':
      endIteration(thread, event);
      return;
    case 'MapRunSucceeded':
      // As recorded from AWS, MapStateExited follows MapRunStarted unless the Map is the first state.
      if (thread.beforeEntered === 0) thread.previous = event.id;
      return;
    case 'MapStateSucceeded':
    case 'ParallelStateSucceeded':
      joinFork(thread, extra);
  }
}

/** The one `…EventDetails` member. */
export function detailsOf(event: HistoryEvent): Details {
  for (const key in event) if (key.endsWith('EventDetails')) return event[key] as Details;
  return {} as Details;
}

function isTaskEvent(type: string): boolean {
  return /^(Task|LambdaFunction|Activity)(Scheduled|Started|Submitted|Succeeded)$/.test(type);
}

function enter(thread: Thread, event: HistoryEvent, details: Details, live: Live): void {
  const { visits } = thread.execution;
  thread.stateName = details.name;
  thread.state = thread.machine.state(details.name);
  thread.visit = visits.get(details.name) ?? 0;
  visits.set(details.name, thread.visit + 1);
  thread.phase = 'execute';
  thread.input = live.payload ?? fromText(details.input);
  thread.beforeEntered = event.previousEventId;
  thread.entered = event.id;
  thread.previous = event.id;
  thread.enteredAt = event.timestamp;
  thread.attempts = undefined;
  thread.retryCount = 0;
  thread.failure = undefined;
}

function exit(thread: Thread, event: HistoryEvent, extra: PrivateDetails, details: Details, live: Live): void {
  thread.previous = event.id;
  thread.result = undefined;
  const output = live.payload ?? fromText(details.output);
  const assigned = live.assigned ?? parsed(details.assignedVariables);
  if (assigned) for (const [name, value] of Object.entries(assigned)) thread.variables.own.set(name, value);
  thread.input = output;
  if (extra.n === undefined) {
    thread.phase = 'done';
    thread.result = output;
    endBranch(thread);
    return;
  }
  thread.phase = 'enter';
  thread.stateName = extra.n;
}

function parsed(texts: Record<string, string> | undefined): Record<string, JsonValue> | undefined {
  if (!texts) return undefined;
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, JSON.parse(text) as JsonValue]));
}

function fail(thread: Thread, event: HistoryEvent, extra: PrivateDetails, details: Details): void {
  if (event.id > 0) thread.previous = event.id;
  thread.task = undefined;
  // A redrive goes on with the branches of a state that failed for good.
  closeFork(thread, { forget: extra.a !== 'fail' || event.type === FAILED });
  thread.failure = {
    error: extra.e ?? details.error,
    cause: extra.c ?? details.cause,
    ...(extra.hb ? { heartbeat: true } : {}),
  };
  thread.catcher = extra.i ?? 0;
  if (extra.a !== 'retry') {
    thread.phase = extra.a === 'catch' ? 'catch' : 'failed';
    return;
  }
  thread.attempts ??= [];
  thread.attempts[thread.catcher] = (thread.attempts[thread.catcher] ?? 0) + 1;
  thread.retryCount++;
  thread.phase = 'retry';
  thread.resumeAt = extra.at ?? event.timestamp;
}

function applyTask(thread: Thread, event: HistoryEvent, extra: PrivateDetails, details: Details, live: Live): void {
  thread.previous = event.id;
  const { type } = event;
  if (type.endsWith('Scheduled')) {
    if (thread.retryCount > 0) countRetry(thread);
    thread.phase = 'task';
    thread.task = {
      token: extra.k,
      parameters: live.payload ?? fromText(details.parameters ?? details.input),
      scheduledAt: event.timestamp,
      timeoutSeconds: details.timeoutInSeconds,
      heartbeatSeconds: details.heartbeatInSeconds,
      roleArn: extra.r ?? thread.execution.start.roleArn,
      started: false,
      heartbeatAt: event.timestamp,
      timers: [],
    };
  } else if (type.endsWith('Succeeded')) {
    thread.phase = 'finish';
    thread.task = undefined;
    thread.result = live.payload ?? fromText(details.output);
  } else if (thread.task) {
    thread.task.started = true;
    thread.task.heartbeatAt = event.timestamp;
    if (type === 'TaskSubmitted') thread.task.submitted = live.payload ?? fromText(details.output);
  }
}

function countRetry({ execution, stateName }: Thread): void {
  execution.retries ??= new Map();
  execution.retries.set(stateName, (execution.retries.get(stateName) ?? 0) + 1);
}
