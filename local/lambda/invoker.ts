import type { Caller, Cloud } from '../kernel/service.ts';
import { functionArn } from './arn.ts';
import type { Concurrency } from './concurrency.ts';
import { executionRole, newTraceHeader, sandboxKey, sandboxSpec } from './environment.ts';
import type { FunctionLog } from './function-log.ts';
import type { FunctionRecord, VersionRecord } from './function-store.ts';
import { type FunctionError, InitFailure, type Sandbox, type SandboxResult, startSandbox } from './sandbox.ts';
import type { SandboxPool } from './sandbox-pool.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: response payload of a synchronous invocation. */
const LARGEST_RESPONSE_BYTES = 6_291_556;
/** The init phase may take this long. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const INIT_MILLISECONDS = 10_000;
/** A worker whose credentials end within this time of the simulated clock is replaced. */
const CREDENTIALS_MARGIN = 16 * 60_000;

export interface InvocationRequest {
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  /** The ARN as the caller named it, with its qualifier. */
  readonly qualifier?: string;
  readonly clientContext?: unknown;
  readonly traceId?: string;
}

export interface InvocationResult {
  /** JSON text. */
  readonly body: string;
  readonly error?: FunctionError;
  /** START to REPORT, as in the log stream. */
  readonly log: string;
}

export interface Invoker {
  /** Runs the version once. Throws TooManyRequestsException, and AccessDeniedException when its role cannot be assumed. */
  invoke(record: FunctionRecord, version: VersionRecord, request: InvocationRequest): Promise<InvocationResult>;
  prewarm(record: FunctionRecord, version: VersionRecord): void;
  discard(record: FunctionRecord, version: VersionRecord): void;
}

/** Runs function versions in the pool's workers, and tells the log and the observers of the local cloud. */
export function createInvoker(parts: {
  cloud: Cloud;
  pool: SandboxPool;
  concurrency: Concurrency;
  log: FunctionLog;
}): Invoker {
  const { cloud, pool } = parts;
  const start = async (record: FunctionRecord, version: VersionRecord) =>
    startSandbox(sandboxSpec(cloud, record, version), {
      clockOffset: cloud.clock.now() - Date.now(),
      initMilliseconds: Math.max(INIT_MILLISECONDS, version.timeout * 1000),
      timeoutSeconds: version.timeout,
    });

  async function invoke(record: FunctionRecord, version: VersionRecord, request: InvocationRequest) {
    const leave = parts.concurrency.enter(record);
    const resume = cloud.clock.hold(`lambda ${record.name}`);
    const begun = performance.now();
    try {
      const run = await runOnce(record, version, request);
      const log = frame(version, request.requestId, run);
      parts.log.write({
        role: run.role,
        region: record.region,
        group: version.logGroup,
        stream: run.logStream,
        text: log,
      });
      cloud.emit({
        type: 'lambda.invoked',
        detail: {
          functionName: record.name,
          accountId: record.accountId,
          requestId: request.requestId,
          durationMilliseconds: performance.now() - begun,
          coldStart: run.initMilliseconds !== undefined,
          ...(run.error && { error: run.error.errorType }),
        },
      });
      return { body: run.body, log, ...(run.error && { error: run.error }) };
    } finally {
      resume();
      leave();
    }
  }

  async function runOnce(record: FunctionRecord, version: VersionRecord, request: InvocationRequest): Promise<Run> {
    const key = sandboxKey(record, version);
    const usable = (sandbox: Sandbox) => sandbox.spec.credentialsExpire - cloud.clock.now() > CREDENTIALS_MARGIN;
    const acquired = await pool
      .acquire(key, () => start(record, version), usable)
      .catch((error: unknown) => {
        if (error instanceof InitFailure) return error;
        throw error;
      });
    if (acquired instanceof InitFailure) return failedInit(acquired, cloud, record, version, request);
    const { sandbox, cold } = acquired;
    try {
      const result = await sandbox.invoke({
        requestId: request.requestId,
        payload: request.payload,
        functionArn: functionArn({ ...record, ...(request.qualifier && { qualifier: request.qualifier }) }),
        timeoutMilliseconds: version.timeout * 1000,
        traceId: request.traceId ?? newTraceHeader(cloud.clock.now(), version.tracing === 'Active'),
        clientContext: request.clientContext,
        clockOffset: cloud.clock.now() - Date.now(),
      });
      return {
        ...limitSize(result),
        initLog: sandbox.takeInitLog(),
        logStream: sandbox.spec.logStream,
        role: sandbox.spec.role,
        ...(cold && { initMilliseconds: sandbox.initMilliseconds }),
      };
    } finally {
      pool.release(key, sandbox);
    }
  }

  return {
    invoke,
    prewarm: (record, version) => pool.prewarm(sandboxKey(record, version), () => start(record, version)),
    discard: (record, version) => pool.discard(sandboxKey(record, version)),
  };
}

interface Run extends SandboxResult {
  initLog: string;
  logStream: string;
  role: Caller;
  initMilliseconds?: number;
}

function failedInit(
  failure: InitFailure,
  cloud: Cloud,
  record: FunctionRecord,
  version: VersionRecord,
  request: InvocationRequest,
): Run {
  const day = new Date(cloud.clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
  const { errorType, errorMessage } = failure.error;
  const ofPlatform = errorType === 'Runtime.ExitError' || errorType === 'Sandbox.Timedout';
  const error = ofPlatform
    ? { errorType, errorMessage: `RequestId: ${request.requestId} ${errorMessage}` }
    : failure.error;
  return {
    body: JSON.stringify(error),
    error,
    log: failure.log,
    initLog: '',
    logStream: `${day}/[${version.version}]init`,
    role: executionRole(cloud, record, version),
    durationMilliseconds: 0,
    heapBytes: 0,
    initMilliseconds: 0,
  };
}

function limitSize(result: SandboxResult): SandboxResult {
  if (result.body.length * 3 <= LARGEST_RESPONSE_BYTES || Buffer.byteLength(result.body) <= LARGEST_RESPONSE_BYTES) {
    return result;
  }
  const error = {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${LARGEST_RESPONSE_BYTES} bytes).`,
  };
  return { ...result, body: JSON.stringify(error), error };
}

/** The platform's own lines around the function's output. */
function frame(version: VersionRecord, requestId: string, run: Run): string {
  const duration = run.durationMilliseconds.toFixed(2);
  const billed = Math.ceil(run.durationMilliseconds + (run.initMilliseconds ?? 0));
  const memory = Math.min(version.memorySize, Math.max(1, Math.ceil(run.heapBytes / 2 ** 20)));
  const init = run.initMilliseconds === undefined ? '' : `Init Duration: ${run.initMilliseconds.toFixed(2)} ms\t`;
  const timeout = run.error?.errorType === 'Sandbox.Timedout' ? 'Status: timeout\t' : '';
  return (
    `${run.initLog}START RequestId: ${requestId} Version: ${version.version}\n${run.log}END RequestId: ${requestId}\n` +
    `REPORT RequestId: ${requestId}\tDuration: ${duration} ms\tBilled Duration: ${billed} ms\tMemory Size: ${version.memorySize} MB\tMax Memory Used: ${memory} MB\t${init}${timeout}\n`
  );
}
