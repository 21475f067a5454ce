import { AwsError } from '../../kernel/errors.ts';
import type { Operation, OperationInput } from '../../kernel/service.ts';
import { arnMember, checkInput, dataMember, definitionMember } from '../constraints.ts';
import { checkDefinition } from '../definition/check-definition.ts';
import { isObject, type JsonObject } from '../definition/diagnostics.ts';
import type { Engine, EngineHost, JsonValue } from '../engine/contract.ts';
import { compileRetriers, errorNames, matchesError, retryDelay } from '../engine/retry.ts';
import type { States } from '../states.ts';
import { createTaskRunner } from '../tasks/runner.ts';
import { findState, invalid } from '../test-state/find-state.ts';
import { inspectState } from '../test-state/inspect.ts';
import { asTask, mockedTasks } from '../test-state/mock.ts';
import { runInSandbox, type SandboxResult, type SandboxRun } from '../test-state/sandbox.ts';
import { once } from '../test-state/task-runners.ts';
import { passRole } from './access.ts';

const constraints = {
  definition: { ...definitionMember, required: true },
  roleArn: { ...arnMember, required: false },
  input: dataMember,
  inspectionLevel: { type: 'string', values: ['INFO', 'DEBUG', 'TRACE'] },
  stateName: { type: 'string', min: 1, max: 80 },
  variables: dataMember,
  context: dataMember,
  mock: { type: 'structure' },
  stateConfiguration: { type: 'structure' },
} as const;

/**
 * TestState: one state, with real tasks or mocked ones.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html
 */
export function testState(states: States, createEngine: (host: EngineHost) => Engine): Operation {
  return {
    authorize: (input) => [{ action: 'states:TestState', resource: '*' }, ...passRole(input.roleArn)],
    waits: () => true,
    async handle(input) {
      checkInput(input, constraints);
      const run = (given: SandboxRun) => runInSandbox(createEngine, given);
      const { name, state, language } = findState(input.definition, input.stateName);
      const mocked = mockedTasks(state, input);
      checkDefinition(standAlone(name, state, language), 'STANDARD');
      const { Retry: retry, Catch: catchers, ...bare } = asTask(state, mocked !== undefined);
      const tested: SandboxRun = {
        name,
        state: bare,
        language,
        input: parse(input.input ?? '{}', 'input'),
        variables: input.variables === undefined ? undefined : parseObject(input.variables, 'variables'),
        context: input.context === undefined ? undefined : parseObject(input.context, 'context'),
        roleArn: input.roleArn,
        tasks: mocked ?? once(createTaskRunner(() => states)),
      };
      const result = await run(tested);
      const verdict = await judge(result, { retry, catchers }, tested, input, run);
      const inspected = input.inspectionLevel === 'DEBUG' || input.inspectionLevel === 'TRACE';
      const { errorDetails, ...answer } = verdict;
      if (!inspected) return answer;
      const data = await inspectState({ ...tested, state }, result, run);
      return { ...answer, inspectionData: { ...data, ...(errorDetails && { errorDetails }) } };
    },
  };
}

interface Verdict {
  status: 'SUCCEEDED' | 'FAILED' | 'RETRIABLE' | 'CAUGHT_ERROR';
  output?: string;
  error?: string;
  cause?: string;
  nextState?: string;
  errorDetails?: Record<string, number>;
}

/** Retry comes before Catch; neither knows of errors that end the execution. */
async function judge(
  result: SandboxResult,
  handlers: { retry: JsonObject[string] | undefined; catchers: JsonObject[string] | undefined },
  tested: SandboxRun,
  input: OperationInput,
  run: (given: SandboxRun) => Promise<SandboxResult>,
): Promise<Verdict> {
  const { outcome, nextState } = result;
  if (outcome.status === 'SUCCEEDED') {
    return { status: 'SUCCEEDED', output: outcome.output, ...(nextState && { nextState }) };
  }
  const { error, cause } = outcome;
  const failed = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
  const task = tested.state['Type'] === 'Task';
  const retriers = compileRetriers(handlers.retry);
  const retryIndex = retriers.findIndex(({ errors }) => matchesError(errors, error, { task }));
  const attempts = Number(input.stateConfiguration?.retrierRetryCount ?? 0);
  const retrier = retriers[retryIndex];
  if (retrier && attempts < retrier.maxAttempts) {
    const retryBackoffIntervalSeconds = retryDelay({ ...retrier, jitter: false }, attempts) / 1000;
    return { status: 'RETRIABLE', ...failed, errorDetails: { retryIndex, retryBackoffIntervalSeconds } };
  }
  const rules = (Array.isArray(handlers.catchers) ? handlers.catchers : []).filter(isObject);
  const catchIndex = rules.findIndex((rule) => matchesError(errorNames(rule['ErrorEquals']), error, { task }));
  if (catchIndex < 0) return { status: 'FAILED', ...failed };
  const caught = await run({ ...tested, state: { ...tested.state, Catch: handlers.catchers ?? [] } });
  return {
    status: 'CAUGHT_ERROR',
    ...failed,
    output: caught.outcome.output,
    ...(caught.nextState && { nextState: caught.nextState }),
    errorDetails: { catchIndex },
  };
}

/** The state in the smallest machine, for the definition checks. */
function standAlone(name: string, state: JsonObject, language: string): string {
  const targets = JSON.stringify(state).matchAll(/"(?:Next|Default)":"((?:[^"\\]|\\.)*)"/g);
  const stubs = [...targets].map(([, target]) => [JSON.parse(`"${target}"`), { Type: 'Succeed' }]);
  const { QueryLanguage: _own, ...rest } = state;
  const QueryLanguage = language;
  return JSON.stringify({ StartAt: name, QueryLanguage, States: { ...Object.fromEntries(stubs), [name]: rest } });
}

function parse(text: string, member: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (member !== 'input') throw invalid(`Invalid JSON in '${member}': ${reason}`);
    const message = `Invalid State Machine Execution Input: '${reason}'`;
    throw new AwsError('InvalidExecutionInput', message, { cause });
  }
}

function parseObject(text: string, member: string): Record<string, JsonValue> {
  const value = parse(text, member);
  if (isObject(value)) return value;
  throw invalid(`'${member}' must be a JSON object`);
}
