import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Clock } from '../../local/kernel/clock.ts';
import type {
  ExecutionOutcome,
  HistoryEvent,
  JsonValue,
  TaskCall,
  TaskReport,
} from '../../local/states/engine/contract.ts';
import { createEngine } from '../../local/states/engine/engine.ts';
import type { World } from './world.ts';

const DEFINITIONS = `${import.meta.dirname}/../../statemachines`;
const PREFIX = 'arn:aws:states:us-east-1:111111111111';

/** Performs the work of a Lambda task. Rejects with an error whose name Retry and Catch match. */
export type Invoke = (functionName: string, payload: Record<string, JsonValue>) => Promise<JsonValue>;

/** A visit of a state that waits: when it was entered and left, milliseconds of the clock. */
export interface Visit {
  readonly state: string;
  /** The account's name. */
  readonly name: string;
  /** Whether a tenant waits for it; else it is for stock. */
  readonly reserved: boolean;
  readonly entered: number;
  left?: number;
}

/** The state machines of `statemachines/`, run by the engine of the local Step Functions. */
export interface Workflows {
  /** Starts one; its execution's ARN. */
  start(workflow: string, input: JsonValue): string;
  /** Resolves with the output. Rejects with an Error that has the execution's error as its name. */
  finished(executionArn: string): Promise<JsonValue>;
  isRunning(executionArn: string): boolean;
  /** SendTaskSuccess. */
  wakeUp(taskToken: string): Promise<'woken' | 'gone'>;
  /** Visits of the watched states, in the order of entering. */
  readonly visits: Visit[];
  readonly counts: { transitions: number; executions: number; retries: Record<string, number> };
}

export interface WorkflowSettings {
  invoke: Invoke;
  /** States of vend-account whose visits are noted. */
  watched: readonly string[];
}

/** Nothing runs yet. */
export function createWorkflows({ local }: World, { invoke, watched }: WorkflowSettings): Workflows {
  const { clock, store } = local.cloud;
  const definitions = new Map<string, string>();
  const running = new Map<string, { settled: Promise<JsonValue>; settle: (outcome: ExecutionOutcome) => void }>();
  const visits: Visit[] = [];
  const open = new Map<string, Visit>();
  const counts: Workflows['counts'] = { transitions: 0, executions: 0, retries: {} };
  const engine = createEngine({
    clock: forgettingClock(clock),
    store,
    tasks: {
      run(call, report) {
        report.started();
        void perform(call, report);
        return { cancel: () => undefined };
      },
    },
    ended({ executionArn }, outcome) {
      running.get(executionArn)?.settle(outcome);
      running.delete(executionArn);
      // Ten thousand histories would fill the memory, and nobody reads them.
      forget.run(executionArn);
    },
    appended: ({ executionArn, input }, events) => {
      for (const event of events) observe(executionArn, input, event);
    },
  });

  // The engine has made its tables.
  const forget = store.database.prepare(
    'DELETE FROM states_journal WHERE execution IN (SELECT key FROM states_executions WHERE arn = ?)',
  );

  async function perform(call: TaskCall, report: TaskReport): Promise<void> {
    const parameters = call.parameters as Record<string, JsonValue>;
    if (call.retryCount > 0) counts.retries[call.stateName] = (counts.retries[call.stateName] ?? 0) + 1;
    try {
      if (call.resource.includes(':states:startExecution')) {
        const executionArn = start(nameIn(parameters['StateMachineArn']), parameters['Input'] ?? {});
        report.submitted({ ExecutionArn: executionArn });
        report.succeeded({ ExecutionArn: executionArn, Output: await nested(executionArn) });
        return;
      }
      const Payload = await invoke(
        nameIn(parameters['FunctionName']),
        (parameters['Payload'] ?? {}) as Record<string, JsonValue>,
      );
      if (call.resource.endsWith('.waitForTaskToken')) report.submitted({ Payload });
      else report.succeeded({ Payload });
    } catch (error) {
      const { name, message } = error as Error;
      const nestedFailure = name === 'States.TaskFailed';
      report.failed(name, nestedFailure ? message : JSON.stringify({ errorType: name, errorMessage: message }));
    }
  }

  /** The output of a nested execution; its failure is the task's, with its description as the cause. */
  async function nested(executionArn: string): Promise<JsonValue> {
    try {
      return await finished(executionArn);
    } catch (error) {
      const { name, message } = error as Error;
      const description = { ExecutionArn: executionArn, Error: name, Cause: message, Status: 'FAILED' };
      throw Object.assign(new Error(JSON.stringify(description)), { name: 'States.TaskFailed' });
    }
  }

  function start(workflow: string, input: JsonValue): string {
    const name = randomUUID();
    const executionArn = `${PREFIX}:execution:${workflow}:${name}`;
    const { promise, resolve, reject } = Promise.withResolvers<JsonValue>();
    // Who started it may not wait for it; a failure is then in the figures.
    promise.catch(() => undefined);
    const settle = ({ status, output, error, cause }: ExecutionOutcome) => {
      if (status === 'SUCCEEDED') resolve(JSON.parse(output ?? 'null') as JsonValue);
      else reject(Object.assign(new Error(cause ?? status), { name: error ?? status }));
    };
    running.set(executionArn, { settled: promise, settle });
    counts.executions++;
    engine.start({
      executionArn,
      name,
      stateMachineArn: `${PREFIX}:stateMachine:${workflow}`,
      definition: definitionOf(workflow),
      roleArn: 'arn:aws:iam::111111111111:role/workflow',
      input: JSON.stringify(input),
      startTime: clock.now(),
      type: 'STANDARD',
    });
    return executionArn;
  }

  function definitionOf(workflow: string): string {
    const known = definitions.get(workflow) ?? readFileSync(`${DEFINITIONS}/${workflow}.asl.json`, 'utf8');
    definitions.set(workflow, known);
    return known;
  }

  function finished(executionArn: string): Promise<JsonValue> {
    return running.get(executionArn)?.settled ?? Promise.reject(new Error(`${executionArn} does not run`));
  }

  /** States entered and retries are what is billed; a task's first attempt belongs to its state. */
  function observe(executionArn: string, input: string, { type, timestamp, ...details }: HistoryEvent): void {
    const entered = details['stateEnteredEventDetails'] as { name: string } | undefined;
    const exited = details['stateExitedEventDetails'] as { name: string } | undefined;
    if (entered) counts.transitions++;
    if (type === 'TaskStateEntered') counts.transitions--;
    if (type === 'TaskScheduled') counts.transitions++;
    if (entered && watched.includes(entered.name)) {
      const { accountName: name, reservedFor } = JSON.parse(input) as { accountName: string; reservedFor?: string };
      const visit: Visit = { state: entered.name, name, reserved: reservedFor !== undefined, entered: timestamp };
      visits.push(visit);
      open.set(`${executionArn} ${entered.name}`, visit);
    }
    const visit = exited && open.get(`${executionArn} ${exited.name}`);
    if (visit) visit.left = timestamp;
  }

  return {
    start,
    finished,
    isRunning: (executionArn) => running.has(executionArn),
    wakeUp: async (taskToken) =>
      engine.taskSucceeded(taskToken, JSON.stringify({ admitted: true })) === 'accepted' ? 'woken' : 'gone',
    visits,
    counts,
  };
}

/**
 * A clock whose cancelled timers hold on to nothing. The time-out of an execution lies weeks ahead, and until then its timer
 * would keep the execution in memory.
 */
function forgettingClock(clock: Clock): Clock {
  return {
    ...clock,
    at(time, callback, options) {
      let wanted: (() => void) | undefined = callback;
      const timer = clock.at(time, () => wanted?.(), options);
      return {
        cancel() {
          wanted = undefined;
          timer.cancel();
        },
      };
    },
  };
}

/** `${VendAccountStateMachine}` -> `vend-account`, `${EnterGateFunction}` -> `EnterGate`. */
function nameIn(placeholder: JsonValue | undefined): string {
  const [, name = '', kind = ''] = /^\$\{(\w+?)(Function|StateMachine)\}$/.exec(String(placeholder)) ?? [];
  if (kind === '') throw new Error(`${String(placeholder)} names no function and no state machine`);
  return kind === 'Function' ? name : name.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
}
