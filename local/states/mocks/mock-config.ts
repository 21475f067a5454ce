/**
 * The mock file of Step Functions Local (`SFN_MOCK_CONFIG`).
 * https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-mock-cfg-file.html
 */
import { readFileSync, statSync } from 'node:fs';
import { AwsError } from '../../kernel/errors.ts';
import type { JsonValue } from '../engine/contract.ts';

/** What a mocked attempt answers. */
export type MockedResponse = { Return: JsonValue } | { Throw: { Error: string; Cause?: string } };

/** The mocks of a run; the file is read again whenever it changes. */
export interface MockConfig {
  hasTestCase(machineName: string, testCase: string): boolean;
  /** Throws InvalidName when the test case is not in the file, naming the file. */
  requireTestCase(machineName: string, testCase: string): void;
  /**
   * The response for a visit of a state and its attempt (both from 0): undefined when the state is not mocked in this
   * test case, a text when it is but this visit or attempt is not.
   */
  response(of: {
    machineName: string;
    testCase: string;
    stateName: string;
    visit: number;
    attempt: number;
  }): MockedResponse | string | undefined;
}

interface MockFile {
  StateMachines?: Record<string, { TestCases?: Record<string, Record<string, string | string[]>> }>;
  MockedResponses?: Record<string, Record<string, MockedResponse>>;
}

/** Mocks from `path`; without one there are none. */
export function openMockConfig(path: string | undefined): MockConfig {
  let read: { file: MockFile; changed: number } | undefined;

  function file(): MockFile {
    if (path === undefined || path === '') return {};
    try {
      const changed = statSync(path).mtimeMs;
      if (read?.changed !== changed) read = { file: JSON.parse(readFileSync(path, 'utf8')) as MockFile, changed };
      return read.file;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new AwsError('InvalidName', `The mock configuration ${path} cannot be read: ${reason}`, { cause });
    }
  }

  const statesOf = (machineName: string, testCase: string) =>
    own(own(file().StateMachines, machineName)?.TestCases, testCase);

  return {
    hasTestCase: (machineName, testCase) => statesOf(machineName, testCase) !== undefined,
    requireTestCase(machineName, testCase) {
      if (statesOf(machineName, testCase)) return;
      const where = path ? `the mock configuration ${path}` : 'no mock configuration (SFN_MOCK_CONFIG is not set)';
      throw new AwsError(
        'InvalidName',
        `Invalid mock test case name '${testCase}' for state machine '${machineName}': ${where} has no such test case.`,
      );
    },
    response({ machineName, testCase, stateName, visit, attempt }) {
      const entry = own(statesOf(machineName, testCase), stateName);
      if (entry === undefined) return undefined;
      const name = Array.isArray(entry) ? entry[visit] : entry;
      if (name === undefined) return `No mocked response for visit ${visit} of the state '${stateName}'.`;
      const responses = own(file().MockedResponses, name);
      if (!responses) return `The mocked response '${name}' is not defined.`;
      return forAttempt(responses, attempt) ?? `The mocked response '${name}' has none for attempt ${attempt}.`;
    },
  };
}

function own<Value>(record: Record<string, Value> | undefined, key: string): Value | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Keys are attempts, "0", or ranges of them, "1-2". */
function forAttempt(responses: Record<string, MockedResponse>, attempt: number): MockedResponse | undefined {
  for (const [range, response] of Object.entries(responses)) {
    const [first, last = first] = range.split('-').map(Number);
    if (first !== undefined && last !== undefined && attempt >= first && attempt <= last) return response;
  }
  return undefined;
}
