/** A local cloud with Step Functions over an engine that does only what a test tells it. */
import { jumpingClock } from '../kernel/clocks.ts';
import { administrator, createCloud, type RunningCloud } from '../kernel/cloud.ts';
import { AwsError } from '../kernel/errors.ts';
import type { AccessRequest, Caller, Operation, Service } from '../kernel/service.ts';
import { openStore } from '../kernel/sqlite-store.ts';
import { assembleStates, type StatesOptions } from './assemble.ts';
import type {
  Engine,
  EngineHost,
  ExecutionOutcome,
  ExecutionStart,
  HistoryEvent,
  JsonValue,
  TaskCall,
  TaskReport,
} from './engine/contract.ts';

export const ACCOUNT = '111111111111';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/machine`;
export const ADMIN = administrator(ACCOUNT);
/** The smallest machine there is. */
export const PASS = JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', End: true } } });

/** What a task reported, in order. */
export type Reported = [name: string, ...details: unknown[]];

export interface TestStates {
  readonly cloud: RunningCloud;
  /** IAM requests that were checked. */
  readonly checked: AccessRequest[];
  /** Calls to the stub services, with their callers. */
  readonly calls: { service: string; operation: string; input: unknown; caller: Caller }[];
  readonly stopped: string[];
  readonly redriven: [arn: string, count: number][];
  call(operation: string, input?: object): Promise<Record<string, unknown>>;
  end(executionArn: string, outcome: Partial<ExecutionOutcome>): void;
  /** Runs a task as the engine would, and resolves when it has succeeded, failed or been submitted for good. */
  run(task: Partial<TaskCall>, until?: string): Promise<Reported[]>;
}

type Handlers = Record<string, (input: never, caller: Caller) => unknown>;

/** `services` maps a service's name to handlers by operation. */
export async function testStates(
  services: Record<string, Handlers> = {},
  options: StatesOptions & { denied?: readonly string[] } = {},
): Promise<TestStates> {
  const checked: AccessRequest[] = [];
  const calls: TestStates['calls'] = [];
  const fake = fakeEngine();
  const cloud = createCloud({
    clock: jumpingClock(),
    store: openStore(':memory:'),
    accountId: ACCOUNT,
    identity: () => ({
      authenticate: () => ADMIN,
      authorize(caller, requests) {
        checked.push(...requests);
        const refused = requests.find(({ action }) => options.denied?.includes(action));
        if (!refused || caller.kind === 'administrator') return;
        const text = `User: ${caller.arn} is not authorized to perform: ${refused.action} on resource: ${refused.resource}`;
        throw new AwsError('AccessDeniedException', text, { status: 403 });
      },
      serviceRole: (roleArn, _principal, session) => ({
        kind: 'role',
        accountId: roleArn.split(':')[4] ?? ACCOUNT,
        arn: `${roleArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${session}`,
        userId: `AROATEST:${session}`,
        roleArn,
      }),
      credentials: () => {
        throw new Error('no credentials in this test');
      },
    }),
  });
  for (const [name, handlers] of Object.entries(services)) cloud.register(stub(name, handlers, calls));
  cloud.register(assembleStates(cloud, options, fake.create));
  await cloud.start();
  return {
    cloud,
    checked,
    calls,
    stopped: fake.stopped,
    redriven: fake.redriven,
    call: (operation, input = {}) => cloud.call('states', operation, input, ADMIN),
    end: fake.end,
    run: (task, until) => runTask(fake.host(), task, until),
  };
}

function stub(name: string, handlers: Handlers, calls: TestStates['calls']): Service {
  const operations = Object.entries(handlers).map(([operation, handler]): [string, Operation] => [
    operation,
    {
      handle(input, { caller }) {
        calls.push({ service: name, operation, input, caller });
        return handler(input as never, caller);
      },
    },
  ]);
  return {
    name,
    protocol: { kind: 'json', version: '1.0', targetPrefix: name },
    operations: Object.fromEntries(operations),
  };
}

function fakeEngine() {
  const histories = new Map<string, HistoryEvent[]>();
  const starts = new Map<string, ExecutionStart>();
  const stopped: string[] = [];
  const redriven: [string, number][] = [];
  let host: EngineHost | undefined;
  const hostOrThrow = (): EngineHost => {
    if (!host) throw new Error('no engine was created');
    return host;
  };
  const end = (executionArn: string, outcome: Partial<ExecutionOutcome>): void => {
    const start = starts.get(executionArn);
    if (!start) throw new Error(`${executionArn} was never started`);
    hostOrThrow().ended(start, { status: 'SUCCEEDED', stopTime: hostOrThrow().clock.now(), ...outcome });
  };
  const engine: Engine = {
    start(execution) {
      starts.set(execution.executionArn, execution);
      const event = (id: number, type: string): HistoryEvent => ({
        id,
        previousEventId: id - 1,
        timestamp: execution.startTime,
        type,
        executionStartedEventDetails: { input: execution.input, inputDetails: { truncated: false } },
      });
      const events = [event(1, 'ExecutionStarted'), event(2, 'PassStateEntered'), event(3, 'PassStateExited')];
      histories.set(execution.executionArn, events);
      hostOrThrow().appended?.(execution, events);
    },
    stop(executionArn, error, cause) {
      stopped.push(executionArn);
      end(executionArn, { status: 'ABORTED', error, cause });
      return true;
    },
    redrive: (executionArn, count) => redriven.push([executionArn, count]),
    resume: () => undefined,
    taskSucceeded: (token) => (token === 'open' ? 'accepted' : 'unknown'),
    taskFailed: (token) => (token === 'open' ? 'accepted' : 'unknown'),
    taskHeartbeat: (token) => (token === 'late' ? 'timed-out' : 'unknown'),
    history: (executionArn, { fromId = 1, limit = 1000 } = {}) =>
      (histories.get(executionArn) ?? []).slice(fromId - 1, fromId - 1 + limit),
    mapRuns: () => [],
    updateMapRun: () => undefined,
    historyLength: (executionArn) => histories.get(executionArn)?.length ?? 0,
  };
  return {
    create: (given: EngineHost): Engine => {
      host = given;
      return engine;
    },
    host: hostOrThrow,
    end,
    stopped,
    redriven,
  };
}

function runTask(host: EngineHost, task: Partial<TaskCall>, until?: string): Promise<Reported[]> {
  const execution: ExecutionStart = {
    executionArn: `arn:aws:states:us-east-1:${ACCOUNT}:execution:Parent:one`,
    name: 'one',
    stateMachineArn: `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:Parent`,
    definition: PASS,
    roleArn: ROLE,
    input: '{}',
    startTime: 0,
    type: 'STANDARD',
  };
  const call: TaskCall = {
    execution,
    stateName: 'Call',
    resource: '',
    parameters: {} as JsonValue,
    roleArn: ROLE,
    retryCount: 0,
    visit: 0,
    stateRetries: 0,
    ...task,
  };
  return new Promise((resolve) => {
    const reported: Reported[] = [];
    const note = (name: string, ...details: unknown[]) => {
      reported.push([name, ...details]);
      if (name === 'succeeded' || name === 'failed' || name === until) resolve(reported);
    };
    const report: TaskReport = {
      started: (details) => note('started', ...(details ? [details] : [])),
      submitted: (output) => note('submitted', output),
      succeeded: (output) => note('succeeded', output),
      failed: (error, cause, phase) => note('failed', error, cause, phase),
    };
    host.tasks.run(call, report);
  });
}
