import { Worker } from 'node:worker_threads';
import type { Caller } from '../kernel/service.ts';

/** Everything that makes one execution environment of a function version. */
export interface SandboxSpec {
  readonly handler: string;
  readonly runtime: string;
  readonly taskRoot: string;
  readonly memoryMegabytes: number;
  readonly logFormat: 'Text' | 'JSON';
  readonly environment: Readonly<Record<string, string>>;
  /** Folder for V8's compile cache: a bundle is compiled once, not once per worker. */
  readonly compileCache: string;
  readonly logStream: string;
  /** The session whose credentials are in `environment`. */
  readonly role: Caller;
  /** Simulated milliseconds when the credentials in `environment` end. */
  readonly credentialsExpire: number;
}

export interface SandboxRequest {
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  readonly functionArn: string;
  readonly timeoutMilliseconds: number;
  readonly traceId?: string;
  readonly clientContext?: unknown;
  /** Simulated time minus real time, in milliseconds. */
  readonly clockOffset: number;
}

/** The error object a function answers with. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export interface SandboxResult {
  /** JSON text: the handler's result or the error object. */
  readonly body: string;
  readonly error?: FunctionError;
  readonly log: string;
  readonly durationMilliseconds: number;
  readonly heapBytes: number;
}

/** One warm worker with one function's code. Serves one invocation at a time. */
export interface Sandbox {
  readonly spec: SandboxSpec;
  /** False after a crash, a time-out or `terminate`. */
  readonly alive: boolean;
  readonly initMilliseconds: number;
  /** What the function wrote while it was loaded; empty after the first read. */
  takeInitLog(): string;
  /** Resolves also when the function fails, crashes or times out. */
  invoke(request: SandboxRequest): Promise<SandboxResult>;
  terminate(): Promise<void>;
}

type Message =
  | { type: 'ready' }
  | { type: 'log'; text: string }
  | { type: 'result'; body: string; heap: number }
  | { type: 'error' | 'failed' | 'fatal'; error: FunctionError; heap?: number };

const RUNTIME = new URL('./runtime.mjs', import.meta.url);

/** The code could not be loaded: `error` is what every invocation answers with. */
export class InitFailure extends Error {
  override readonly name = 'InitFailure';
  readonly error: FunctionError;
  readonly log: string;
  constructor(error: FunctionError, log: string) {
    super(error.errorMessage);
    this.error = error;
    this.log = log;
  }
}

/**
 * Starts a worker and loads the function. Throws {@link InitFailure} when the code does not load within `initMilliseconds`.
 * Workers get the function's own environment and nothing of the host's.
 */
export async function startSandbox(
  spec: SandboxSpec,
  options: { clockOffset: number; initMilliseconds: number; timeoutSeconds: number },
): Promise<Sandbox> {
  const started = performance.now();
  const offset = new SharedArrayBuffer(8);
  const clockOffset = new Float64Array(offset);
  clockOffset[0] = options.clockOffset;
  const worker = new Worker(RUNTIME, {
    env: { ...spec.environment },
    argv: [],
    execArgv: [],
    stdin: false,
    resourceLimits: { maxOldGenerationSizeMb: spec.memoryMegabytes },
    workerData: {
      handler: spec.handler,
      taskRoot: spec.taskRoot,
      runtime: spec.runtime,
      logFormat: spec.logFormat,
      compileCache: spec.compileCache,
      clockOffset: offset,
    },
  });
  worker.unref();
  const conversation = converse(worker);
  const first = await conversation.next(options.initMilliseconds);
  if (first.kind !== 'ready') {
    await worker.terminate();
    throw new InitFailure(initError(first, options.timeoutSeconds), conversation.takeLog());
  }
  let initLog = conversation.takeLog();
  return {
    spec,
    initMilliseconds: performance.now() - started,
    get alive() {
      return conversation.alive();
    },
    takeInitLog() {
      const log = initLog;
      initLog = '';
      return log;
    },
    async invoke(request) {
      clockOffset[0] = request.clockOffset;
      const begun = performance.now();
      const answer = conversation.next(request.timeoutMilliseconds);
      worker.postMessage(request);
      const outcome = await answer;
      if (outcome.kind === 'timeout') {
        conversation.retire();
        // Not awaited: a handler in an endless loop would delay the answer.
        void worker.terminate();
      }
      return toResult(outcome, request, performance.now() - begun, conversation.takeLog());
    },
    async terminate() {
      conversation.retire();
      await worker.terminate();
    },
  };
}

type Outcome =
  | { kind: 'ready' }
  | { kind: 'result'; body: string; heap: number }
  | { kind: 'error'; error: FunctionError; heap: number }
  | { kind: 'exit'; code: number }
  | { kind: 'memory' }
  | { kind: 'timeout' };

/** Turns the worker's messages into one outcome per question. */
function converse(worker: Worker) {
  let log = '';
  let alive = true;
  let fatal: FunctionError | undefined;
  let settle: ((outcome: Outcome) => void) | undefined;
  const answer = (outcome: Outcome): void => {
    settle?.(outcome);
    settle = undefined;
  };
  worker.on('message', (message: Message) => {
    if (message.type === 'log') log += message.text;
    else if (message.type === 'ready') answer({ kind: 'ready' });
    else if (message.type === 'result') answer({ kind: 'result', body: message.body, heap: message.heap });
    else if (message.type === 'fatal') fatal = message.error;
    else answer({ kind: 'error', error: message.error, heap: message.heap ?? 0 });
  });
  worker.on('error', (error: Error & { code?: string }) => {
    alive = false;
    if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') answer({ kind: 'memory' });
    else answer({ kind: 'error', error: { errorType: error.name, errorMessage: error.message, trace: [] }, heap: 0 });
  });
  worker.on('exit', (code) => {
    alive = false;
    answer(fatal ? { kind: 'error', error: fatal, heap: 0 } : { kind: 'exit', code });
  });
  return {
    alive: () => alive,
    retire() {
      alive = false;
    },
    takeLog() {
      const taken = log;
      log = '';
      return taken;
    },
    next(timeoutMilliseconds: number): Promise<Outcome> {
      return new Promise((resolve) => {
        const timer = setTimeout(() => answer({ kind: 'timeout' }), timeoutMilliseconds);
        settle = (outcome) => {
          clearTimeout(timer);
          resolve(outcome);
        };
        if (!alive) answer({ kind: 'exit', code: 1 });
      });
    },
  };
}

function initError(outcome: Outcome, timeoutSeconds: number): FunctionError {
  if (outcome.kind === 'error') return outcome.error;
  return failureOf(outcome, '', timeoutSeconds);
}

function toResult(outcome: Outcome, request: SandboxRequest, duration: number, log: string): SandboxResult {
  const measured = { log, durationMilliseconds: duration };
  if (outcome.kind === 'result') return { ...measured, body: outcome.body, heapBytes: outcome.heap };
  const error =
    outcome.kind === 'error'
      ? outcome.error
      : failureOf(outcome, request.requestId, request.timeoutMilliseconds / 1000);
  return {
    ...measured,
    body: JSON.stringify(error),
    error,
    heapBytes: outcome.kind === 'error' ? outcome.heap : 0,
  };
}

/** Lambda's own words for a function that did not answer. */
function failureOf(outcome: Outcome, requestId: string, timeoutSeconds: number): FunctionError {
  const prefix = requestId === '' ? '' : `RequestId: ${requestId} `;
  if (outcome.kind === 'timeout') {
    return {
      errorType: 'Sandbox.Timedout',
      errorMessage: `${prefix}Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
    };
  }
  const how =
    outcome.kind === 'memory' ? 'signal: killed' : `exit status ${outcome.kind === 'exit' ? outcome.code : 1}`;
  const message =
    outcome.kind === 'exit' && outcome.code === 0
      ? 'Error: Runtime exited without providing a reason'
      : `Error: Runtime exited with error: ${how}`;
  return { errorType: 'Runtime.ExitError', errorMessage: `${prefix}${message}` };
}
