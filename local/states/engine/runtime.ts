import type { EngineHost, HistoryEvent } from './contract.ts';
import type { StateFailure } from './failure.ts';
import type { Live } from './fold.ts';
import type { Execution, Failure, PrivateDetails, Thread } from './model.ts';

/** An event to be written: its type, its details, and the id of the event before it, if that is not the thread's last. */
export interface NewEvent {
  type: string;
  details?: object;
  previous?: number;
}

/** What the states need of the engine around them. */
export interface Runtime {
  readonly host: EngineHost;
  /** Appends an event to the thread's history and applies it. */
  record(thread: Thread, event: NewEvent, extra?: PrivateDetails, live?: Live): HistoryEvent;
  /** As {@link record}, into the journal only. */
  recordHidden(thread: Thread, type: string, extra: PrivateDetails, live?: Live): void;
  /** The thread can take a step. */
  wake(thread: Thread): void;
  /** Runs after everything recorded so far is durable. */
  afterFlush(effect: () => void): void;
  /** Ends the thread's state with a failure: retry, catch or give up. `event` shows it in the history. */
  fail(thread: Thread, failure: StateFailure | Failure, event?: NewEvent): void;
  /** Ends the whole execution with its last event. */
  end(execution: Execution, event: NewEvent): void;
  /** Remembers which thread waits for a task token. */
  readonly tokens: Map<string, Thread>;
  newToken(execution: Execution): string;
}
