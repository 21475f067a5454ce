import { readFileSync, statSync } from 'node:fs';
import { AwsError } from '../../kernel/errors.ts';
import type { JsonValue } from '../engine/contract.ts';
import { isObject } from '../engine/payload.ts';

/** What a mocked attempt answers. */
export type MockedResponse = { Return: JsonValue } | { Throw: { Error: string; Cause?: string } };

/** One test case: per state the name of a response, or a list of names, one per visit. */
export type TestCase = Readonly<Record<string, string | readonly string[]>>;

export interface MockFile {
  readonly StateMachines?: Readonly<Record<string, { readonly TestCases?: Readonly<Record<string, TestCase>> }>>;
  readonly MockedResponses?: Readonly<Record<string, Readonly<Record<string, MockedResponse>>>>;
}

const RESPONSE_KEY = /^\d+(-\d+)?$/;

/**
 * Reads `path` now and again whenever it changes; a path that is not set holds no mocks. The reader throws
 * ValidationException that names the file and the first member that is not as the format wants it.
 */
export function mockFileReader(path: string | undefined): () => MockFile {
  let read: { file: MockFile; changed: number } | undefined;
  return () => {
    if (path === undefined || path === '') return {};
    try {
      const changed = statSync(path).mtimeMs;
      if (read?.changed !== changed) read = { file: parseMockFile(readFileSync(path, 'utf8')), changed };
      return read.file;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new AwsError('ValidationException', `The mock configuration ${path} cannot be used: ${reason}`, { cause });
    }
  };
}

/**
 * The text of a mock file, checked whole. Throws an Error that names the offending member.
 * https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-mock-cfg-file.html
 */
export function parseMockFile(text: string): MockFile {
  const file = JSON.parse(text) as JsonValue;
  const { StateMachines: machines = {}, MockedResponses: responses = {} } = members(file, 'the file');
  for (const [name, machine] of entries(machines, 'StateMachines')) {
    const at = `StateMachines.${name}`;
    for (const [testCase, states] of entries(members(machine, at)['TestCases'] ?? {}, `${at}.TestCases`)) {
      checkTestCase(states, `${at}.TestCases.${testCase}`, members(responses, 'MockedResponses'));
    }
  }
  for (const [name, attempts] of entries(responses, 'MockedResponses')) checkResponse(attempts, name);
  return file as unknown as MockFile;
}

function checkTestCase(states: JsonValue, at: string, responses: Record<string, JsonValue>): void {
  for (const [state, entry] of entries(states, at)) {
    const names = Array.isArray(entry) ? entry : [entry];
    for (const name of names) {
      if (typeof name !== 'string') throw new Error(`${at}.${state} must be the name of a response or a list of names`);
      if (!Object.hasOwn(responses, name))
        throw new Error(`${at}.${state} names the response '${name}', which MockedResponses does not have`);
    }
  }
}

function checkResponse(attempts: JsonValue, name: string): void {
  for (const [attempt, response] of entries(attempts, `MockedResponses.${name}`)) {
    const at = `MockedResponses.${name}.${attempt}`;
    if (!RESPONSE_KEY.test(attempt)) throw new Error(`${at}: attempts are numbers ("0") or ranges of them ("1-2")`);
    const kinds = Object.keys(members(response, at));
    if (kinds.length !== 1 || !['Return', 'Throw'].includes(kinds[0] ?? ''))
      throw new Error(`${at} must have either Return or Throw`);
    const thrown = members(response, at)['Throw'];
    if (thrown === undefined) continue;
    const { Error: error, Cause: cause } = members(thrown, `${at}.Throw`);
    if (typeof error !== 'string') throw new Error(`${at}.Throw.Error must be a text`);
    if (cause !== undefined && typeof cause !== 'string') throw new Error(`${at}.Throw.Cause must be a text`);
  }
}

function members(value: JsonValue, at: string): Record<string, JsonValue> {
  if (!isObject(value)) throw new Error(`${at} must be an object`);
  return value;
}

function entries(value: JsonValue, at: string): [string, JsonValue][] {
  return Object.entries(members(value, at));
}
