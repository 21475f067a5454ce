import type { HistoryEvent, JsonValue } from './contract.ts';
import type { Machine } from './definition.ts';
import type { Execution, Fork, PrivateDetails, Stream, Thread } from './model.ts';
import { fromText, fromValue, type Payload, textOf } from './payload.ts';

interface NewThread {
  id: number;
  execution: Execution;
  machine: Machine;
  stream: Stream;
  input: Payload;
  previous: number;
  parent?: Thread;
  index?: number;
  mapItem?: Thread['mapItem'];
  /** Child workflows of a distributed Map do not see the variables around them. */
  ownVariablesOnly?: boolean;
}

/** A thread about to enter its machine's first state. */
export function newThread(options: NewThread): Thread {
  const { parent, execution } = options;
  const outer = options.ownVariablesOnly ? undefined : parent?.variables;
  const thread: Thread = {
    id: options.id,
    execution,
    parent,
    index: options.index ?? 0,
    machine: options.machine,
    variables: { own: new Map(), outer },
    stream: options.stream,
    mapItem: options.mapItem,
    phase: 'enter',
    stateName: options.machine.startAt,
    state: undefined,
    input: options.input,
    previous: options.previous,
    beforeEntered: 0,
    entered: 0,
    enteredAt: 0,
    visit: 0,
    attempts: undefined,
    retryCount: 0,
    resumeAt: 0,
    timer: undefined,
    result: undefined,
    failure: undefined,
    catcher: 0,
    task: undefined,
    fork: undefined,
    // Its place in the order is that of the event which made it.
    lastEntry: execution.entries - 1,
    queued: false,
    closed: false,
  };
  execution.threads.set(thread.id, thread);
  execution.nextThread = Math.max(execution.nextThread, thread.id + 1);
  return thread;
}

function machineOf(thread: Thread, index: number): Machine {
  const machine = thread.state?.machines[index];
  if (!machine) throw new Error(`State '${thread.stateName}' has no machine number ${index}`);
  return machine;
}

function openFork(thread: Thread, previous: number, fork: Pick<Fork, 'size'> & Partial<Fork>): Fork {
  thread.phase = 'fork';
  thread.previous = previous;
  thread.fork = {
    items: undefined,
    concurrency: 0,
    started: 0,
    finished: 0,
    failed: 0,
    previous,
    results: [],
    children: new Set(),
    ...fork,
  };
  return thread.fork;
}

/** ParallelStateStarted: all branches begin at once, with the state's (parameterized) input. */
export function startParallel(thread: Thread, event: HistoryEvent, extra: PrivateDetails, live?: Payload): void {
  const size = thread.state?.machines.length ?? 0;
  const fork = openFork(thread, event.id, { size, started: size });
  const input = live ?? ('in' in extra ? fromValue(extra.in as JsonValue) : thread.input);
  for (let index = 0; index < size; index++) {
    const child = newThread({
      id: thread.execution.nextThread,
      execution: thread.execution,
      machine: machineOf(thread, index),
      stream: thread.stream,
      input,
      previous: event.id,
      parent: thread,
      index,
      mapItem: thread.mapItem,
    });
    fork.children.add(child.id);
  }
}

/** MapStateStarted: the items are known; iterations begin one by one. */
export function startMap(thread: Thread, event: HistoryEvent, extra: PrivateDetails): void {
  const items = extra.items ?? [];
  openFork(thread, event.id, {
    items,
    size: items.length,
    concurrency: extra.mc ?? 0,
    ...(extra.run === undefined
      ? {}
      : {
          distributed: {
            mapRunArn: extra.run,
            toleratedCount: extra.tc,
            toleratedPercentage: extra.tp,
          },
        }),
  });
}

/** The bounds that UpdateMapRun names change; the others stay. */
export function updateMapRun({ fork }: Thread, extra: PrivateDetails): void {
  if (!fork?.distributed) return;
  if (extra.mc !== undefined) fork.concurrency = extra.mc;
  if (extra.tc !== undefined) fork.distributed.toleratedCount = extra.tc;
  if (extra.tp !== undefined) fork.distributed.toleratedPercentage = extra.tp;
}

/** MapIterationStarted, or the hidden start of a child workflow; `thread` is the Map's. */
export function startIteration(thread: Thread, event: HistoryEvent, extra: PrivateDetails, input?: Payload): void {
  const { fork } = thread;
  if (!fork) throw new Error(`State '${thread.stateName}' starts an iteration without having started`);
  const index = fork.started++;
  const item = 'item' in extra ? (extra.item as JsonValue) : (fork.items?.[index] ?? null);
  const payload = input ?? fromValue('in' in extra ? (extra.in as JsonValue) : item);
  const child = newThread({
    id: extra.x ?? thread.execution.nextThread,
    execution: thread.execution,
    machine: machineOf(thread, 0),
    stream: fork.distributed
      ? {
          nextId: 2,
          child: { arn: extra.arn ?? '', name: extra.name ?? '', startTime: event.timestamp, input: payload },
        }
      : thread.stream,
    input: payload,
    previous: fork.distributed ? 0 : event.id,
    parent: thread,
    index,
    mapItem: { Index: index, Value: item },
    ownVariablesOnly: fork.distributed !== undefined,
  });
  fork.children.add(child.id);
}

/** MapIterationSucceeded, …Failed or …Aborted, or the hidden end of a child workflow; `thread` is the iteration's. */
export function endIteration(thread: Thread, event: HistoryEvent): void {
  const parent = thread.parent;
  const fork = parent?.fork;
  if (!parent || !fork) return;
  fork.finished++;
  thread.closed = true;
  parent.lastEntry = thread.lastEntry;
  if (thread.phase !== 'done') {
    // The thread stays: a redrive goes on with it.
    thread.phase = 'failed';
    fork.failed++;
    if (event.type === 'MapIterationFailed' && event.id > 0) parent.previous = event.previousEventId;
    return;
  }
  fork.results[thread.index] = thread.result;
  thread.execution.threads.delete(thread.id);
  fork.children.delete(thread.id);
  if (event.id === 0 || thread.stream.child) return;
  fork.previous = event.previousEventId;
  parent.previous = event.id;
}

/** A branch of a Parallel has reached its end: its output is kept, its thread is not. */
export function endBranch(thread: Thread): void {
  const parent = thread.parent;
  const fork = parent?.fork;
  if (!parent || !fork || fork.items) return;
  fork.finished++;
  fork.results[thread.index] = thread.result;
  parent.previous = thread.previous;
  parent.lastEntry = thread.lastEntry;
  thread.execution.threads.delete(thread.id);
  fork.children.delete(thread.id);
}

/**
 * MapStateSucceeded, ParallelStateSucceeded: the outputs of all branches, in their order, are the state's result, unless a
 * ResultWriter made another.
 */
export function joinFork(thread: Thread, extra: PrivateDetails): void {
  const { fork } = thread;
  const texts: string[] = [];
  for (let i = 0; i < (fork?.size ?? 0); i++) {
    const result = fork?.results[i];
    if (result) texts.push(textOf(result));
  }
  closeFork(thread, { forget: true });
  thread.phase = 'finish';
  thread.result = 'in' in extra ? fromValue(extra.in as JsonValue) : fromText(`[${texts.join(',')}]`);
}

/** Ends the branches and everything below them: none takes another step, no report of theirs counts. */
export function closeFork(thread: Thread, options: { forget: boolean }): void {
  const { threads } = thread.execution;
  for (const id of thread.fork?.children ?? []) {
    const child = threads.get(id);
    if (!child) continue;
    closeFork(child, options);
    child.closed = true;
    child.task = undefined;
    if (options.forget) threads.delete(id);
  }
  if (options.forget) thread.fork = undefined;
}
