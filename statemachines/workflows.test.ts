import { readdirSync, readFileSync } from 'node:fs';
import validateDefinition from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { errorCatalogue, isErrorName } from '../tenancy/errors.ts';
import { acquireSteps, resourceKinds } from '../tenancy/steps.ts';

interface State {
  Type: string;
  Next?: string;
  Retry?: { ErrorEquals: string[] }[];
  Catch?: { ErrorEquals: string[] }[];
  ItemProcessor?: { StartAt: string; States: Record<string, State> };
  Choices?: { Condition: string; Next: string }[];
}
interface Machine {
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
  /^(States\.ALL|Lambda\.(ServiceException|AWSLambdaException|SdkClientException|TooManyRequestsException)|Sandbox\.Timedout|Runtime\.ExitError)$/;

describe.each(names)('%s', (name) => {
  it('is valid Amazon States Language', () => {
    const result = (
      validateDefinition as unknown as (definition: unknown) => { isValid: boolean; errorsText: () => string }
    )(JSON.parse(read(name)));
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

  it('stays small enough to be read', () => {
    expect(states(machine(name)).length).toBeLessThanOrEqual(15);
  });
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

it('acquire-placement has exactly the listed steps, in the listed order', () => {
  const { StartAt, States } = machine('acquire-placement');
  const order: string[] = [];
  for (let state: string | undefined = StartAt; state; state = States[state]?.Next) order.push(state);
  expect(order).toEqual(acquireSteps.map((step) => step.state));
});

it('release-placement releases every kind of resource that the ledger knows', () => {
  const conditions = states(machine('release-placement')).flatMap(([, { Choices = [] }]) =>
    Choices.map((choice) => choice.Condition),
  );
  for (const kind of resourceKinds)
    expect(
      conditions.some((condition) => condition.includes(`'${kind}'`)),
      kind,
    ).toBe(true);
  expect(conditions).toHaveLength(resourceKinds.length);
});
