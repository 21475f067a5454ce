import { jumpingClock } from '../../kernel/clocks.ts';
import { openStore } from '../../kernel/sqlite-store.ts';
import type { JsonObject, QueryLanguage } from '../definition/diagnostics.ts';
import { isObject } from '../definition/diagnostics.ts';
import type { Engine, EngineHost, ExecutionOutcome, HistoryEvent, JsonValue, TaskRunner } from '../engine/contract.ts';

import { holding } from './task-runners.ts';

/** One state to run by itself. */
export interface SandboxRun {
  readonly name: string;
  readonly state: JsonObject;
  readonly language: QueryLanguage;
  readonly input: JsonValue;
  readonly variables?: Readonly<Record<string, JsonValue>>;
  readonly roleArn?: string;
  /** Context object to show to the state, as far as an execution has such members. */
  readonly context?: JsonObject;
  readonly tasks: TaskRunner;
}

/** What became of it. */
export interface SandboxResult {
  readonly outcome: ExecutionOutcome;
  readonly nextState?: string;
  readonly events: readonly HistoryEvent[];
  readonly variables: Record<string, JsonValue>;
}

const NOTHING = 'arn:aws:states:us-east-1:000000000000';

/** Runs the state on an engine of its own: variables come from a state before it, its targets only receive. */
export function runInSandbox(createEngine: (host: EngineHost) => Engine, run: SandboxRun): Promise<SandboxResult> {
  const store = openStore(':memory:');
  const clock = jumpingClock();
  const events: HistoryEvent[] = [];
  return new Promise<SandboxResult>((resolve) => {
    const engine = createEngine({
      clock,
      store,
      tasks: holding(clock, run.tasks),
      appended: (_execution, batch) => events.push(...batch),
      ended(_execution, outcome) {
        const own = events.slice(needsPrelude(run) ? 3 : 1);
        const entered = own.filter(({ type }) => type.endsWith('StateEntered'));
        const details = entered[1]?.['stateEnteredEventDetails'] as { name?: string } | undefined;
        const variables = { ...run.variables, ...assigned(own) };
        resolve({ outcome, events: own, variables, ...(details?.name && { nextState: details.name }) });
      },
    });
    const { Execution: execution, StateMachine: machine } = run.context ?? {};
    const shown = isObject(execution) ? execution : {};
    engine.start({
      executionArn: text(shown['Id']) ?? `${NOTHING}:express:TestState:test:test`,
      name: text(shown['Name']) ?? 'test',
      stateMachineArn: (isObject(machine) && text(machine['Id'])) || `${NOTHING}:stateMachine:TestState`,
      definition: JSON.stringify(machineAround(run)),
      roleArn: run.roleArn ?? text(shown['RoleArn']) ?? 'arn:aws:iam::000000000000:role/none',
      input: JSON.stringify(shown['Input'] ?? run.input),
      startTime: Date.parse(text(shown['StartTime']) ?? '') || clock.now(),
      type: 'EXPRESS',
    });
  }).finally(() => {
    clock.close();
    store.close();
  });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Variables have to be assigned, and the input of the state may differ from that of the execution. */
function needsPrelude(run: SandboxRun): boolean {
  return run.variables !== undefined || run.context !== undefined;
}

function machineAround(run: SandboxRun): JsonObject {
  const targets = targetsOf(run.state).filter((name) => name !== run.name);
  const tested: JsonObject = { [run.name]: { ...run.state, QueryLanguage: run.language } };
  const received = Object.fromEntries(targets.map((name) => [name, { Type: 'Succeed' }]));
  if (!needsPrelude(run)) return { StartAt: run.name, States: { ...tested, ...received } };
  const taken = new Set([run.name, ...targets]);
  let prelude = 'before';
  while (taken.has(prelude)) prelude += '+';
  const before: JsonObject = { Type: 'Pass', Result: run.input, Next: run.name };
  if (run.variables) before['Assign'] = { ...run.variables };
  return { StartAt: prelude, States: { [prelude]: before, ...tested, ...received } };
}

function targetsOf(state: JsonObject): string[] {
  const rules = [state['Choices'], state['Catch']].flatMap((list) => (Array.isArray(list) ? list : []));
  const targets = [
    state['Next'],
    state['Default'],
    ...rules.map((rule) => (isObject(rule) ? rule['Next'] : undefined)),
  ];
  return targets.filter((name) => typeof name === 'string');
}

/** Variables as the exit of the tested state shows them. */
function assigned(events: readonly HistoryEvent[]): Record<string, JsonValue> {
  const exits = events.filter(({ type }) => type.endsWith('StateExited'));
  const details = exits[0]?.['stateExitedEventDetails'] as { assignedVariables?: Record<string, string> } | undefined;
  const texts = Object.entries(details?.assignedVariables ?? {});
  return Object.fromEntries(texts.map(([name, value]) => [name, JSON.parse(value) as JsonValue]));
}
