import { readFileSync } from 'node:fs';
import { jumpingClock } from '../../local/kernel/clocks.ts';
import { openStore } from '../../local/kernel/sqlite-store.ts';
import type { ExecutionOutcome, JsonValue, TaskCall } from '../../local/states/engine/contract.ts';
import { createEngine } from '../../local/states/engine/engine.ts';

/** What a task does at one of its attempts: it returns (a function's payload, a nested execution's output) or fails. */
export type Answer = { returns: JsonValue } | { fails: string; cause?: string };

/** Answers of each state, one for each attempt over all visits; the last one stays. A state without any returns `{}`. */
export type Script = Record<string, Answer | Answer[]>;

export interface Run {
  outcome: ExecutionOutcome;
  output: JsonValue;
  /** States in the order they were entered, those inside a Map too. */
  states: string[];
  /** What each task was called with: the payload of a function, the input of a nested execution. */
  calls: { state: string; input: Record<string, JsonValue> }[];
  /** Seconds on the execution's clock. */
  seconds: number;
  events: number;
}

/** Runs a workflow's definition on the local engine, every task answered from the script, on a jumping clock. */
export async function runWorkflow(
  name: string,
  input: JsonValue,
  script: Script = {},
  execution = 'run',
): Promise<Run> {
  const clock = jumpingClock();
  const store = openStore(':memory:');
  const calls: Run['calls'] = [];
  const executionArn = `arn:aws:states:us-east-1:111111111111:execution:${name}:${execution}`;
  const started = clock.now();
  try {
    const attempts = new Map<string, number>();
    const { outcome, events } = await new Promise<{ outcome: ExecutionOutcome; events: Record<string, unknown>[] }>(
      (resolve) => {
        const engine = createEngine({
          clock,
          store,
          tasks: {
            run(call, report) {
              const attempt = attempts.get(call.stateName) ?? 0;
              attempts.set(call.stateName, attempt + 1);
              calls.push({ state: call.stateName, input: inputOf(call) });
              const answers = [script[call.stateName] ?? { returns: {} }].flat();
              const answer = answers[attempt] ?? answers.at(-1) ?? { returns: {} };
              report.started();
              if ('fails' in answer) report.failed(answer.fails, answer.cause);
              else report.succeeded(resultOf(call, answer.returns));
              return { cancel: () => undefined };
            },
          },
          ended: (_execution, ended) => resolve({ outcome: ended, events: engine.history(executionArn) }),
        });
        engine.start({
          executionArn,
          name: execution,
          stateMachineArn: `arn:aws:states:us-east-1:111111111111:stateMachine:${name}`,
          definition: readFileSync(`${import.meta.dirname}/../${name}.asl.json`, 'utf8'),
          roleArn: 'arn:aws:iam::111111111111:role/workflow',
          input: JSON.stringify(input),
          startTime: started,
          type: 'STANDARD',
        });
      },
    );
    return {
      outcome,
      output: outcome.output ? (JSON.parse(outcome.output) as JsonValue) : null,
      states: events.flatMap(
        (event) => (event['stateEnteredEventDetails'] as { name: string } | undefined)?.name ?? [],
      ),
      calls,
      seconds: (clock.now() - started) / 1_000,
      events: events.length,
    };
  } finally {
    clock.close();
    store.close();
  }
}

function inputOf(call: TaskCall): Record<string, JsonValue> {
  const parameters = call.parameters as Record<string, Record<string, JsonValue>>;
  return parameters['Payload'] ?? parameters['Input'] ?? {};
}

/** As the service integrations answer; a callback's result is what was sent with its token. */
function resultOf(call: TaskCall, value: JsonValue): JsonValue {
  if (call.resource.endsWith('.waitForTaskToken')) return value;
  return call.resource.includes('startExecution') ? { Output: value } : { Payload: value };
}
