import { readdirSync, readFileSync } from 'node:fs';
import validateDefinition from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { errorCatalogue, isErrorName } from '../tenancy/errors.ts';
import { acquireSteps, resourceKinds } from '../tenancy/steps.ts';
import { tierChangesConfig } from '../tenancy/tier-changes/config.ts';

interface State {
  Type: string;
  Comment?: string;
  Next?: string;
  Default?: string;
  Retry?: { ErrorEquals: string[]; MaxAttempts?: number }[];
  Catch?: { ErrorEquals: string[] }[];
  ItemProcessor?: { StartAt: string; States: Record<string, State> };
  Choices?: { Condition: string; Next: string }[];
}
interface Machine {
  Comment?: string;
  TimeoutSeconds?: number;
  StartAt: string;
  States: Record<string, State>;
}

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.asl.json'))
  .map((file) => file.replace('.asl.json', ''));
const read = (name: string) => readFileSync(`${import.meta.dirname}/${name}.asl.json`, 'utf8');
const machine = (name: string) => JSON.parse(read(name)) as Machine;

/** All states, also those inside a Map. */
function states(of: { States: Record<string, State> }): [string, State][] {
  return Object.entries(of.States).flatMap(
    ([name, state]) =>
      [[name, state], ...(state.ItemProcessor ? states(state.ItemProcessor) : [])] as [string, State][],
  );
}

/** Names that Lambda and Step Functions give themselves. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
const PLATFORM_ERRORS =
  /^(StepFunctions\.(SdkClientException|AWSStepFunctionsException|ExecutionAlreadyExistsException)|States\.(ALL|TaskFailed|Timeout)|Lambda\.(ServiceException|AWSLambdaException|SdkClientException|TooManyRequestsException)|Sandbox\.Timedout|Runtime\.ExitError)$/;

describe.each(names)('%s', (name) => {
  it('is valid Amazon States Language', () => {
    const result = validateDefinition(JSON.parse(read(name)));
    expect(result.isValid, result.isValid ? '' : result.errorsText()).toBe(true);
  });

  it('retries and catches only errors of the catalogue or of the platform', () => {
    for (const [state, { Retry = [], Catch = [] }] of states(machine(name))) {
      for (const error of [...Retry, ...Catch].flatMap((rule) => rule.ErrorEquals)) {
        expect(isErrorName(error) || PLATFORM_ERRORS.test(error), `${state}: ${error}`).toBe(true);
      }
    }
  });

  it('retries what passes by itself in every task that calls a function', () => {
    for (const [state, { Type, Retry = [], ...rest }] of states(machine(name))) {
      if (Type !== 'Task' || JSON.stringify(rest).includes('startExecution')) continue;
      const retried = Retry.flatMap((rule) => rule.ErrorEquals);
      expect(retried, state).toEqual(
        expect.arrayContaining([
          'AwsThrottled',
          'AwsUnavailable',
          'Lambda.TooManyRequestsException',
          'Sandbox.Timedout',
        ]),
      );
    }
  });

  it('says what it is for, speaks JSONata and ends by itself', () => {
    const { Comment, TimeoutSeconds } = machine(name);
    expect(Comment?.length).toBeGreaterThan(40);
    expect(TimeoutSeconds).toBeGreaterThan(0);
    expect(read(name)).toContain('"QueryLanguage": "JSONata"');
  });

  it('ends before the workflow that started it, which can then say why', () => {
    for (const [, state] of states(machine(name))) {
      const nested = JSON.stringify(state).match(/\$\{(\w+)StateMachine\}/)?.[1];
      // One that is only started goes on by itself.
      if (state.Type !== 'Task' || !nested || !JSON.stringify(state).includes('.sync')) continue;
      const child = nested.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
      expect(machine(child).TimeoutSeconds, child).toBeLessThan(machine(name).TimeoutSeconds ?? 0);
    }
  });

  it('stays small enough to be read', () => {
    expect(states(machine(name)).length).toBeLessThanOrEqual(18);
  });
});

it('no wait that the configuration allows outlasts the workflow that waits, and what follows has its time', () => {
  const hours = (name: string) => (machine(name).TimeoutSeconds ?? 0) / 3_600;
  const accepts = (settings: object) => tierChangesConfig.safeParse(settings).success;
  // Two weeks for the turn at the gate and for the release; two days for the transfers.
  expect(accepts({ keepPreviousHours: hours('retire-placement') - 336 + 1 })).toBe(false);
  expect(accepts({ productMigration: { answerWithinHours: hours('move-placement') - 48 + 1 } })).toBe(false);
  // The turn of a change may come late: that must not be taken from the product's time.
  expect(hours('change-tier')).toBeGreaterThanOrEqual(2 * hours('move-placement'));
});

it('every error that waiting or trying again cures is retried somewhere', () => {
  const retried = new Set(
    names.flatMap((name) =>
      states(machine(name)).flatMap(([, { Retry = [] }]) => Retry.flatMap((rule) => rule.ErrorEquals)),
    ),
  );
  const curable = Object.entries(errorCatalogue).filter(([, { kind }]) => kind !== 'fail');
  for (const [error] of curable) expect(retried.has(error), error).toBe(true);
});

it('no retry fills the history of an execution: its polls stay below half of the 25,000 events', () => {
  // https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html#service-limits-state-machine-executions
  const eventsPerAttempt = 3;
  for (const name of names)
    for (const [state, { Retry = [] }] of states(machine(name))) {
      const attempts = Retry.reduce((sum, { MaxAttempts = 3 }) => sum + MaxAttempts, 0);
      expect(attempts * eventsPerAttempt, `${name}: ${state}`).toBeLessThan(12_500);
    }
});

it('acquire-placement has exactly the listed steps, in the listed order', () => {
  const { States } = machine('acquire-placement');
  const tasks = Object.entries(States).filter(([, { Type }]) => Type === 'Task');
  expect(tasks.map(([name]) => name)).toEqual(acquireSteps.map((step) => step.state));
});

it('release-placement releases every kind of resource that the ledger knows', () => {
  const choices = states(machine('release-placement')).flatMap(([, { Choices = [] }]) => Choices);
  for (const kind of resourceKinds)
    expect(
      choices.some(({ Condition }) => Condition.includes(`kind = '${kind}'`)),
      kind,
    ).toBe(true);
  // Virtual clusters, clusters and accounts of the tenant's own go another way.
  expect(new Set(choices.map(({ Next }) => Next)).size).toBe(resourceKinds.length + 3);
});

it('whoever enters a gate leaves it, after failures too', () => {
  for (const name of names) {
    const tasks = states(machine(name)).filter(([, state]) => JSON.stringify(state).includes('EnterGateFunction'));
    const leaving = states(machine(name)).filter(([, state]) =>
      JSON.stringify(state).includes('LeaveNamedGateFunction'),
    );
    expect(leaving.length, name).toBe(tasks.length * 2);
  }
});
