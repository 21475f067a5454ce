import type { Timer } from '../../kernel/clock.ts';
import type { ExecutionStart, HistoryEvent, JsonValue } from './contract.ts';
import type { Machine, State } from './definition.ts';
import type { JsonObject, Payload } from './payload.ts';
import type { Variables } from './scope.ts';

/** One numbered history: an execution's own, or that of a child workflow of a distributed Map. */
export interface Stream {
  /** The id the next event gets. */
  nextId: number;
  /** A child workflow's events are in the journal, but not in the execution's history. */
  readonly child?: { readonly arn: string; readonly name: string; readonly startTime: number; readonly input: Payload };
}

/**
 * What a thread does next, or waits for:
 * `enter` a state, `execute` the state it is in, `task` result, `wait` and `retry` timers, `fork` branches or iterations,
 * `finish` the state with its result, `catch` its failure; then it is `done` or `failed`.
 */
export type Phase = 'enter' | 'execute' | 'task' | 'wait' | 'retry' | 'fork' | 'finish' | 'catch' | 'done' | 'failed';

export interface Failure {
  readonly error: string | undefined;
  readonly cause: string | undefined;
  /** A States.Timeout because of a missed heartbeat. */
  readonly heartbeat?: boolean;
}

/** A task between its …Scheduled event and its outcome. */
/** What SendTaskSuccess or SendTaskFailure said. */
export type TaskAnswer =
  | { readonly output: string }
  | { readonly error: string | undefined; readonly cause: string | undefined };

export interface TaskProgress {
  /** The answer to a task token that came before the answer to the request which carried it. */
  early?: TaskAnswer;
  readonly token: string | undefined;
  readonly parameters: Payload;
  readonly scheduledAt: number;
  readonly timeoutSeconds: number | undefined;
  readonly heartbeatSeconds: number | undefined;
  readonly roleArn: string;
  started: boolean;
  /** When the heartbeat clock last started. */
  heartbeatAt: number;
  submitted?: Payload;
  /** Set while this process runs it. */
  running?: { cancel(): void };
  timers: Timer[];
}

/** The branches of a Parallel, or the iterations of a Map. */
export interface Fork {
  readonly items: readonly JsonValue[] | undefined;
  readonly size: number;
  concurrency: number;
  /** Distributed Map only. */
  readonly distributed?: {
    readonly mapRunArn: string;
    toleratedCount?: number;
    toleratedPercentage?: number;
  };
  /** Index of the next iteration to start. */
  started: number;
  finished: number;
  failed: number;
  /** previousEventId of the next iteration's first event. */
  previous: number;
  readonly results: (Payload | undefined)[];
  /** Ids of open child threads. */
  readonly children: Set<number>;
}

/** One line of control: the execution itself, a branch or an iteration. Changed only by `applyEvent`. */
export interface Thread {
  readonly id: number;
  readonly execution: Execution;
  readonly parent: Thread | undefined;
  /** Which branch or iteration of the parent. */
  readonly index: number;
  readonly machine: Machine;
  readonly variables: Variables;
  readonly stream: Stream;
  /** `$$.Map.Item` inside iterations. */
  readonly mapItem: { readonly Index: number; readonly Value: JsonValue } | undefined;
  phase: Phase;
  /** The state to enter, or the one it is in. */
  stateName: string;
  state: State | undefined;
  /** Raw input of that state. */
  input: Payload;
  /** Id of the last event, and of the one before the state was entered. */
  previous: number;
  beforeEntered: number;
  entered: number;
  enteredAt: number;
  visit: number;
  /** Attempts per retrier in this visit; made when first needed. */
  attempts: number[] | undefined;
  retryCount: number;
  /** When a Wait or a retry delay ends. */
  resumeAt: number;
  timer: Timer | undefined;
  result: Payload | undefined;
  failure: Failure | undefined;
  catcher: number;
  task: TaskProgress | undefined;
  fork: Fork | undefined;
  /** Position of its last journal entry in the execution: resumed threads go on in this order. */
  lastEntry: number;
  queued: boolean;
  /** An iteration whose end is recorded; kept for a redrive if it failed. */
  closed: boolean;
}

/** An execution in progress. */
export interface Execution {
  /** Its row in the journal. */
  readonly key: number;
  readonly start: ExecutionStart;
  readonly machine: Machine;
  /** Milliseconds of the simulated clock. */
  readonly now: () => number;
  readonly stream: Stream;
  readonly threads: Map<number, Thread>;
  nextThread: number;
  entries: number;
  /** Visits so far per state name. */
  readonly visits: Map<string, number>;
  /** Retries of tasks so far per state name; made when first needed. */
  retries: Map<string, number> | undefined;
  redriveCount: number;
  redriveTime: number | undefined;
  /** When the machine's TimeoutSeconds count from: start or redrive. */
  timeoutFrom: number;
  timeoutTimer: Timer | undefined;
  ended: boolean;
  /** The event that ended it. */
  final: HistoryEvent | undefined;
  /** Threads that can take a step. */
  readonly ready: Thread[];
  running: boolean;
  /** Journal lines and events not yet durable. */
  lines: string[];
  fresh: HistoryEvent[];
}

/** What the journal keeps of an event beyond what the history shows. */
export interface PrivateDetails {
  /** Thread, if not the first one. */
  t?: number;
  /** 1: not in the execution's history. */
  h?: 1;
  /** StateExited: the next state. MapIterationStarted: see `x`. */
  n?: string;
  /** …Scheduled: task token, role, what the parameters were if the event does not show them. */
  k?: string;
  r?: string;
  /** Failures: what happens now: retry with retrier `i` at `at`, catch with catcher `i`, or fail. */
  a?: 'retry' | 'catch' | 'fail';
  i?: number;
  at?: number;
  hb?: 1;
  /** The failure, where the event shows none. */
  e?: string;
  c?: string;
  /** An answer that came early; a failure has `e` and `c`. */
  o?: string;
  /** MapStateStarted: items and settings. */
  items?: JsonValue[];
  mc?: number;
  run?: string;
  tc?: number;
  tp?: number;
  /** 1: each item is a batch. */
  b?: 1;
  /** MapIterationStarted: new thread, its input, its item; child workflow name and ARN. */
  x?: number;
  in?: JsonValue;
  item?: JsonValue;
  name?: string;
  arn?: string;
  /** Redrive: threads that go on. */
  go?: JsonObject;
}
