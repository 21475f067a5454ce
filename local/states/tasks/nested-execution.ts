import { randomUUID } from 'node:crypto';
import { AwsError } from '../../kernel/errors.ts';
import type { JsonValue } from '../engine/contract.ts';
import { type Attempt, parametersOf, textOf } from './attempt.ts';
import { toPascalCase } from './member-names.ts';
import { millisecondsDate, toJson, withSdkMetadata } from './output.ts';
import type { IntegrationPattern } from './resource.ts';
import { TaskError, taskErrorOf } from './task-error.ts';

const RESOURCE = { kind: 'optimized', service: 'states', action: 'startExecution', pattern: 'sync' } as const;

/**
 * `states:startExecution`: starts the execution as the state machine's role; a mock test case of the same name goes
 * down to a nested machine that has one.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
 */
export async function startNested(attempt: Attempt): Promise<JsonValue> {
  const { StateMachineArn: given, Name: name, Input: input, TraceHeader: traceHeader } = parametersOf(attempt.task);
  const { states, task, caller } = attempt;
  const stateMachineArn = typeof given === 'string' ? withTestCase(attempt, given) : given;
  const answer = await states.cloud.call(
    'states',
    'StartExecution',
    {
      stateMachineArn,
      name: name ?? randomUUID(),
      input: textOf(input) ?? '{}',
      ...((traceHeader ?? task.execution.traceHeader) && { traceHeader: traceHeader ?? task.execution.traceHeader }),
    },
    caller,
  );
  const output = toJson(toPascalCase(answer), millisecondsDate) as Record<string, JsonValue>;
  return withSdkMetadata(output, { service: 'states', now: states.cloud.clock.now() });
}

function withTestCase({ states, task }: Attempt, arn: string): string {
  const testCase = task.execution.mockTestCase;
  const machineName = arn.split(':')[6] ?? '';
  if (testCase === undefined || arn.includes('#') || !states.mocks.hasTestCase(machineName, testCase)) return arn;
  return `${arn}#${testCase}`;
}

/**
 * `.sync` and `.sync:2`: reports the submission, then the outcome once the child has ended; a child that did not
 * succeed fails the task with `States.TaskFailed` and its description as the cause. Cancelling stops the child.
 */
export function followNested(attempt: Attempt, submitted: JsonValue, pattern: IntegrationPattern): void {
  const { states, report, signal } = attempt;
  const executionArn = (submitted as { ExecutionArn: string }).ExecutionArn;
  const finish = () => {
    describe(attempt, executionArn, pattern)
      .then((output) => report.succeeded(output))
      .catch((error: unknown) => {
        const failure = taskErrorOf(error, RESOURCE);
        report.failed(failure.error, failure.message, failure.phase);
      });
  };
  const running = states.executions.get(executionArn)?.status === 'RUNNING';
  if (!running) {
    finish();
    return;
  }
  const cancel = states.endings.when(executionArn, finish);
  signal.addEventListener('abort', () => {
    cancel();
    void stopChild(attempt, executionArn);
  });
}

async function describe(attempt: Attempt, executionArn: string, pattern: IntegrationPattern): Promise<JsonValue> {
  const answer = await attempt.states.cloud.call('states', 'DescribeExecution', { executionArn }, attempt.caller);
  const { redriveCount: _c, redriveDate: _d, redriveStatus: _s, redriveStatusReason: _r, ...shown } = answer;
  const description = toJson(toPascalCase(shown), millisecondsDate) as Record<string, JsonValue>;
  const sorted = Object.fromEntries(Object.entries(description).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (sorted['Status'] !== 'SUCCEEDED') throw new TaskError('States.TaskFailed', JSON.stringify(sorted));
  if (pattern === 'sync') return sorted;
  for (const member of ['Input', 'Output']) {
    const text = sorted[member];
    if (typeof text === 'string') sorted[member] = JSON.parse(text);
  }
  return sorted;
}

/** Stopping the parent stops the child, as far as the role may. */
async function stopChild(attempt: Attempt, executionArn: string): Promise<void> {
  const { states, caller } = attempt;
  try {
    await states.cloud.call('states', 'StopExecution', { executionArn }, caller);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    states.cloud.log('warn', 'a nested execution could not be stopped', { executionArn, error: error.message });
  }
}
