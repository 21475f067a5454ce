/**
 * What stands between the language engine (`local/states/engine`) and the service around it (`local/states`): the
 * engine interprets definitions and writes histories, the service performs the tasks and serves the API.
 */
import type { MapRunView } from './map-run-view.ts';

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** One entry of GetExecutionHistory, as AWS shows it: `timestamp` in milliseconds of the simulated clock, one `…EventDetails` member. */
export interface HistoryEvent {
  id: number;
  previousEventId: number;
  timestamp: number;
  type: string;
  [details: string]: unknown;
}

export interface ExecutionStart {
  executionArn: string;
  name: string;
  stateMachineArn: string;
  /** The definition text this execution runs, whatever happens to the state machine later. */
  definition: string;
  roleArn: string;
  /** JSON text of the input. */
  input: string;
  startTime: number;
  traceHeader?: string;
  /** Mock test case (`SFN_MOCK_CONFIG`), if the execution was started with `#name`. */
  mockTestCase?: string;
  /** EXPRESS keeps no durable journal. */
  type: 'STANDARD' | 'EXPRESS';
}

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE';

export interface ExecutionOutcome {
  status: Exclude<ExecutionStatus, 'RUNNING' | 'PENDING_REDRIVE'>;
  /** JSON text. */
  output?: string;
  error?: string;
  cause?: string;
  stopTime: number;
}

/** A task the engine wants performed. Its events up to `…Scheduled` are in the journal already. */
export interface TaskCall {
  execution: ExecutionStart;
  stateName: string;
  /** The resource ARN as written, for example `arn:aws:states:::lambda:invoke.waitForTaskToken`. */
  resource: string;
  /** Evaluated Arguments / Parameters, or the state's input. */
  parameters: JsonValue;
  /** Role to act as: the task's `Credentials.RoleArn`, else the execution's. */
  roleArn: string;
  /** For `.waitForTaskToken` and activities. */
  taskToken?: string;
  timeoutSeconds?: number;
  heartbeatSeconds?: number;
  /** Number of earlier attempts of this state visit (retries). */
  retryCount: number;
  /** How often this state has been visited in this execution before (for mock responses per visit). */
  visit: number;
  /** Retries of this state in this execution so far, this one included, over all visits. */
  stateRetries: number;
  /** Set when the process was restarted after the task had been submitted (`.sync`): what TaskSubmitted recorded. */
  submitted?: JsonValue;
}

/** How the service tells the engine what became of a task. Calls after `succeeded` or `failed` are ignored. */
export interface TaskReport {
  /** TaskStarted, LambdaFunctionStarted, ActivityStarted (with its worker). */
  started(details?: { workerName?: string }): void;
  /** TaskSubmitted: the request of a `.sync` or `.waitForTaskToken` task was accepted. */
  submitted(output: JsonValue): void;
  succeeded(output: JsonValue): void;
  /** `phase` chooses the event type: TaskSubmitFailed, TaskStartFailed, LambdaFunctionScheduleFailed, … or TaskFailed. */
  failed(error: string, cause?: string, phase?: 'schedule' | 'submit' | 'start' | 'run' | 'timeout'): void;
}

export interface TaskRunner {
  /** Starts the task and returns at once. `cancel` is called when the state timed out or the execution ended. */
  run(task: TaskCall, report: TaskReport): { cancel(): void };
}

export interface Engine {
  /** Begins an execution: its first events are durable when this returns. */
  start(execution: ExecutionStart): void;
  /** StopExecution. False when it was not running. */
  stop(executionArn: string, error?: string, cause?: string): boolean;
  /** RedriveExecution, eligibility already checked. `redriveCount` starts at 1. */
  redrive(executionArn: string, redriveCount: number): void;
  /** After a restart: goes on with everything that was running. */
  resume(): void;
  /** SendTaskSuccess / SendTaskFailure / SendTaskHeartbeat. What became of the token. */
  taskSucceeded(taskToken: string, output: string): TokenResult;
  taskFailed(taskToken: string, error?: string, cause?: string): TokenResult;
  taskHeartbeat(taskToken: string): TokenResult;
  /** The history so far, from `fromId` (1-based) on, at most `limit` events, newest first if `reverse`. */
  history(executionArn: string, options?: { fromId?: number; limit?: number; reverse?: boolean }): HistoryEvent[];
  historyLength(executionArn: string): number;
  /** The Map Runs of an execution with their child workflow executions, oldest first. */
  mapRuns(executionArn: string): MapRunView[];
  /** UpdateMapRun: new bounds for a Map Run in progress. */
  updateMapRun(executionArn: string, mapRunArn: string, bounds: MapRunBounds): void;
}

/** What UpdateMapRun may change; `maxConcurrency` 0 is no bound. */
export interface MapRunBounds {
  maxConcurrency?: number;
  toleratedFailureCount?: number;
  toleratedFailurePercentage?: number;
}

export type TokenResult = 'accepted' | 'timed-out' | 'unknown';

/** Where a distributed Map's items are, as its ItemReader says. */
export interface ItemSource {
  execution: ExecutionStart;
  /** `arn:aws:states:::s3:getObject` or `…:listObjectsV2`. */
  resource: string;
  /** Evaluated Arguments / Parameters. */
  parameters: JsonValue;
  config: ReaderConfig;
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html */
export interface ReaderConfig {
  inputType: string | undefined;
  csvHeaderLocation: string | undefined;
  csvHeaders: readonly string[] | undefined;
  csvDelimiter: string | undefined;
  itemsPointer: string | undefined;
  transformation: string | undefined;
  maxItems: number;
}

/** What becomes of a Map Run's results, as its ResultWriter says. */
export interface ResultDestination {
  execution: ExecutionStart;
  mapRunArn: string;
  /** Evaluated Arguments / Parameters (Bucket, Prefix); undefined: the results are only reshaped. */
  parameters: JsonValue | undefined;
  /** NONE, COMPACT or FLATTEN. */
  transformation: string;
  /** JSON or JSONL. */
  outputType: string;
}

/** What the engine needs from its surroundings. */
export interface EngineHost {
  /** Exports or reshapes a Map Run's results; gives the state's result. Rejects with `States.ResultWriterFailed`. */
  writeResults?(destination: ResultDestination): Promise<JsonValue>;
  /** Reads the items of an ItemReader. Rejects with a StateFailure `States.ItemReaderFailed`. */
  readItems?(source: ItemSource): Promise<JsonValue[]>;
  clock: import('../../kernel/clock.ts').Clock;
  store: import('../../kernel/store.ts').Store;
  tasks: TaskRunner;
  /** Called once per ended execution, after its last event is durable. */
  ended(execution: ExecutionStart, outcome: ExecutionOutcome): void;
  /** Called after each batch of events is durable (progress output, status views). */
  appended?(execution: ExecutionStart, events: readonly HistoryEvent[]): void;
}
