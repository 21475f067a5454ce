import { jumpingClock } from '../../kernel/clocks.ts';
import { openStore } from '../../kernel/sqlite-store.ts';
import type { ExecutionOutcome, ExecutionStart, HistoryEvent, TaskRunner } from './contract.ts';
import { createEngine } from './engine.ts';

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
