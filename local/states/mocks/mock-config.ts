/**
 * The mock file of Step Functions Local (`SFN_MOCK_CONFIG`).
 * https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-mock-cfg-file.html
 */
import { AwsError } from '../../kernel/errors.ts';
import { type MockedResponse, type MockFile, mockFileReader, type TestCase } from './mock-file.ts';

/** Which attempt of which task asks. All counts from 0. */
export interface MockedAttempt {
  readonly machineName: string;
  readonly testCase: string;
  readonly stateName: string;
  /** How often the state was visited before. */
  readonly visit: number;
  /** How often this visit was tried before. */
  readonly attempt: number;
  /** Retries of the state in the execution so far, this one included, over all visits. */
  readonly retries: number;
}

/** The mocks of a run; the file is read again whenever it changes. */
export interface MockConfig {
  hasTestCase(machineName: string, testCase: string): boolean;
  /** Throws InvalidName when the file does not have the test case, ValidationException when it is malformed. */
  requireTestCase(machineName: string, testCase: string): void;
  /**
   * The response for an attempt: undefined when the state is not mocked in this test case, a text that says what is
   * missing when it is mocked but this attempt is not. Throws ValidationException when the file has become malformed.
   */
  response(of: MockedAttempt): MockedResponse | string | undefined;
}

/** Mocks from `path`; without one there are none. */
export function openMockConfig(path: string | undefined): MockConfig {
  const file = mockFileReader(path);
  const statesOf = (machineName: string, testCase: string): TestCase | undefined =>
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
    response(of) {
      const entry = own(statesOf(of.machineName, of.testCase), of.stateName);
      if (entry === undefined) return undefined;
      return typeof entry === 'string' ? single(file(), entry, of.attempt) : fromList(file(), entry, of);
    },
  };
}

function single(file: MockFile, name: string, attempt: number): MockedResponse | string {
  const responses = own(file.MockedResponses, name) ?? {};
  return forAttempt(responses, attempt) ?? `The mocked response '${name}' has none for attempt ${attempt}.`;
}

/**
 * Each visit takes the next response of the list. Where all of them answer a first attempt only, a retry takes the next
 * one as well.
 */
function fromList(file: MockFile, names: readonly string[], of: MockedAttempt): MockedResponse | string {
  const oneEach = names.every((name) => Object.keys(own(file.MockedResponses, name) ?? {}).join() === '0');
  const name = names[oneEach ? of.visit + of.retries : of.visit];
  if (name !== undefined) return single(file, name, oneEach ? 0 : of.attempt);
  return `No mocked response for visit ${of.visit}, attempt ${of.attempt} of the state '${of.stateName}'.`;
}

function own<Value>(record: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Keys are attempts, "0", or ranges of them, "1-2". */
function forAttempt(responses: Readonly<Record<string, MockedResponse>>, attempt: number): MockedResponse | undefined {
  for (const [range, response] of Object.entries(responses)) {
    const [first, last = first] = range.split('-').map(Number);
    if (first !== undefined && last !== undefined && attempt >= first && attempt <= last) return response;
  }
  return undefined;
}
