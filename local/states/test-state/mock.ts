import type { OperationInput } from '../../kernel/service.ts';
import type { JsonObject } from '../definition/diagnostics.ts';
import type { JsonValue, TaskRunner } from '../engine/contract.ts';
import { parseResource } from '../tasks/resource.ts';
import { invalid } from './find-state.ts';
import { answering, failing } from './task-runners.ts';

const MOCKABLE = ['Task', 'Map', 'Parallel'];

/**
 * The tasks of a mocked test; undefined when nothing is mocked. Throws ValidationException for mocks that AWS refuses,
 * and for states that cannot be tested without one.
 * https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
 */
export function mockedTasks(state: JsonObject, input: OperationInput): TaskRunner | undefined {
  const { mock } = input;
  const type = String(state['Type']);
  if (mock === undefined || mock === null) {
    requireNone(state, type, input);
    return undefined;
  }
  if (!MOCKABLE.includes(type)) throw invalid(`State type '${type}' does not support mocks`);
  const given = ['result', 'errorOutput'].filter((field) => mock[field] !== undefined && mock[field] !== null);
  if (given.length !== 1) {
    throw invalid('A test mock should have only one of the following fields: [result, errorOutput].');
  }
  if (mock.errorOutput) return failing(mock.errorOutput.error ?? '', mock.errorOutput.cause ?? '');
  return answering(parseResult(mock.result));
}

function requireNone(state: JsonObject, type: string, input: OperationInput): void {
  if (input.context !== undefined) throw invalid('Context can only be given together with a mock');
  if (type === 'Map' || type === 'Parallel') throw invalid(`State type '${type}' requires a mock`);
  if (type !== 'Task') return;
  const resource = parseResource(String(state['Resource']));
  const waits = resource?.kind === 'activity' || (resource && 'pattern' in resource && resource.pattern !== 'request');
  if (waits) throw invalid(`The resource '${String(state['Resource'])}' requires a mock`);
  if (typeof input.roleArn !== 'string') throw invalid('roleArn is required to test a Task state without a mock');
}

function parseResult(result: unknown): JsonValue {
  try {
    return JSON.parse(String(result)) as JsonValue;
  } catch {
    throw invalid('Mocked result must be valid JSON');
  }
}

/** A mocked Map or Parallel is tested as a task with the same result: its own states do not run. */
export function asTask(state: JsonObject, mocked: boolean): JsonObject {
  if (!mocked || (state['Type'] !== 'Map' && state['Type'] !== 'Parallel')) return state;
  const fields = [
    'InputPath',
    'OutputPath',
    'ResultSelector',
    'ResultPath',
    'Assign',
    'Output',
    'Next',
    'End',
    'Catch',
  ];
  if (state['Type'] === 'Parallel') fields.push('Parameters', 'Arguments');
  const kept = fields.flatMap((field) => (state[field] === undefined ? [] : [[field, state[field]] as const]));
  return { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', ...Object.fromEntries(kept) };
}
