import type { HistoryEvent, JsonValue } from './engine/contract.ts';
import type { MockedResponse } from './mocks/mock-file.ts';
import type { RecordedCase } from './recorded-cases.ts';

/** The test case under which every recorded case is started. */
export const TEST_CASE = 'Recorded';

/** One visit of a Task state: how each of its attempts ended. */
interface Visit {
  readonly stateName: string;
  readonly attempts: MockedResponse[];
}

interface MockFile {
  StateMachines: Record<string, { TestCases: Record<string, Record<string, string[]>> }>;
  MockedResponses: Record<string, Record<string, MockedResponse>>;
}

/** The mock file that replays the cases' task results; machine names by `nameOf`. */
export function mockFileOf(cases: readonly RecordedCase[], nameOf: (index: number) => string): MockFile {
  const file: MockFile = { StateMachines: {}, MockedResponses: {} };
  for (const [index, recorded] of cases.entries()) {
    const states: Record<string, string[]> = {};
    for (const visit of visitsOf(recorded.events ?? [])) {
      if (visit.attempts.length === 0) continue;
      const names = states[visit.stateName] ?? [];
      states[visit.stateName] = names;
      const name = `${nameOf(index)} ${visit.stateName} ${names.length}`;
      names.push(name);
      file.MockedResponses[name] = Object.fromEntries(visit.attempts.map((answer, attempt) => [attempt, answer]));
    }
    file.StateMachines[nameOf(index)] = { TestCases: { [TEST_CASE]: states } };
  }
  return file;
}

/** Visits in the order of their TaskStateEntered events; attempts in the order of their ends. */
function visitsOf(history: readonly HistoryEvent[]): Visit[] {
  const visits: Visit[] = [];
  const byEvent = new Map<number, Visit | undefined>();
  const anonymous: Visit[] = [];
  for (const event of history) {
    const known = typeof event.id === 'number';
    let visit = known ? byEvent.get(event.previousEventId) : undefined;
    if (event.type === 'TaskStateEntered') {
      const { name } = event['stateEnteredEventDetails'] as { name: string };
      visit = { stateName: name, attempts: [] };
      visits.push(visit);
      if (!known) anonymous.push(visit);
    }
    const answer = answerOf(event);
    // Events without ids stand sorted: the n-th outcome is taken for the n-th state entered.
    if (answer && !known) visit = anonymous.find((candidate) => candidate.attempts.length === 0);
    if (answer) visit?.attempts.push(answer);
    if (known) byEvent.set(event.id, visit);
  }
  return visits;
}

function answerOf(event: HistoryEvent): MockedResponse | undefined {
  const match = /^(?:Task|LambdaFunction|Activity)(Succeeded|\w*Failed|TimedOut)$/.exec(event.type);
  if (!match) return undefined;
  const member = Object.keys(event).find((key) => key.endsWith('EventDetails')) ?? '';
  const details = (event[member] ?? {}) as Record<string, JsonValue>;
  if (match[1] === 'Succeeded') return { Return: parsed(details['output']) };
  const { error, cause } = details;
  return {
    Throw: {
      Error: typeof error === 'string' ? error : 'States.Timeout',
      ...(cause !== undefined && { Cause: typeof cause === 'string' ? cause : JSON.stringify(cause) }),
    },
  };
}

/** Outputs are JSON text on AWS; recordings hold objects as they are. */
function parsed(output: JsonValue | undefined): JsonValue {
  if (typeof output !== 'string') return output ?? null;
  try {
    return JSON.parse(output) as JsonValue;
  } catch (error) {
    if (error instanceof SyntaxError) return output;
    throw error;
  }
}
