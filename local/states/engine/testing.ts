import { jumpingClock } from '../../kernel/clocks.ts';
import { openStore } from '../../kernel/sqlite-store.ts';
import type { Engine, ExecutionOutcome, ExecutionStart, HistoryEvent, TaskRunner } from './contract.ts';
import { createEngine } from './engine.ts';
import { type ManualClock, manualClock } from './testing-clock.ts';

/** A start request for a machine, as tests need it. */
export function startOf(definition: object, input: unknown, startTime: number, name = 'test'): ExecutionStart {
  return {
    executionArn: `arn:aws:states:us-east-1:111111111111:execution:machine:${name}`,
    name,
    stateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:machine',
    definition: JSON.stringify(definition),
    roleArn: 'arn:aws:iam::111111111111:role/machine',
    input: JSON.stringify(input),
    startTime,
    type: 'STANDARD',
  };
}

/** Answers every task with its own parameters. */
export const echoTasks: TaskRunner = {
  run(call, report) {
    report.succeeded(call.parameters);
    return { cancel: () => undefined };
  },
};

/** Runs a machine to its end on a jumping clock. */
export async function runMachine(
  definition: object,
  input: unknown,
  tasks: TaskRunner = echoTasks,
): Promise<{ outcome: ExecutionOutcome; history: HistoryEvent[] }> {
  const clock = jumpingClock();
  const store = openStore(':memory:');
  try {
    const start = startOf(definition, input, clock.now());
    let engine: ReturnType<typeof createEngine> | undefined;
    const outcome = await new Promise<ExecutionOutcome>((resolve) => {
      engine = createEngine({ clock, store, tasks, ended: (_execution, ended) => resolve(ended) });
      engine.start(start);
    });
    return { outcome, history: engine?.history(start.executionArn) ?? [] };
  } finally {
    clock.close();
    store.close();
  }
}

/** An execution that a test moves on step by step. */
export interface OpenMachine {
  readonly engine: Engine;
  readonly clock: ManualClock;
  readonly arn: string;
  readonly outcomes: ExecutionOutcome[];
  /** Lets everything happen that needs no time to pass. */
  settle(): Promise<void>;
  /** Lets the next timers fire, and what follows from them. */
  advance(): Promise<boolean>;
  types(): string[];
  close(): void;
}

export async function openMachine(definition: object, input: unknown, tasks: TaskRunner): Promise<OpenMachine> {
  const clock = manualClock(1_700_000_000_000);
  const store = openStore(':memory:');
  const outcomes: ExecutionOutcome[] = [];
  const engine = createEngine({ clock, store, tasks, ended: (_execution, outcome) => outcomes.push(outcome) });
  const start = startOf(definition, input, clock.now());
  engine.start(start);
  const settle = async () => {
    do await new Promise((resolve) => setImmediate(resolve));
    while (clock.held);
  };
  await settle();
  return {
    engine,
    clock,
    arn: start.executionArn,
    outcomes,
    settle,
    async advance() {
      const fired = clock.advance();
      await settle();
      return fired;
    },
    types: () => engine.history(start.executionArn).map((event) => event.type),
    close: () => store.close(),
  };
}
