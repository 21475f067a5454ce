import { DescribeStateMachineCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { type Clients, stateMachineArn } from './clients.ts';
import { history, nestedArn } from './executions.ts';
import { type Fault, injectFault } from './faults.ts';

/** A change of tier, and whatever it starts except the making of accounts. */
export const TIER_CHANGE_WORKFLOWS = [
  'change-tier',
  'move-placement',
  'acquire-placement',
  'adjust-placement',
  'release-placement',
  'retire-placement',
];

/** A Task state of a workflow, as it is deployed. */
export interface Step {
  readonly workflow: string;
  readonly state: string;
  /** Whether it invokes a function or starts an execution, and of what. */
  readonly call: 'Invoke' | 'StartExecution';
  readonly target: string;
  /** Name of the role by which the workflow calls. */
  readonly role: string;
}

interface State {
  Type: string;
  Arguments?: { FunctionName?: string; StateMachineArn?: string };
  ItemProcessor?: { States: Record<string, State> };
}

/** Every step of a workflow, read from its deployed definition: one that is added is in the list by itself. */
export async function stepsOf({ stepFunctions }: Clients, workflow: string): Promise<Step[]> {
  const machine = await stepFunctions.send(
    new DescribeStateMachineCommand({ stateMachineArn: stateMachineArn(workflow) }),
  );
  const role = machine.roleArn?.split('/').at(-1) ?? '';
  const { States } = JSON.parse(machine.definition ?? '{}') as { States: Record<string, State> };
  return tasks(States).map(([state, { Arguments = {} }]) => {
    const { FunctionName, StateMachineArn } = Arguments;
    const target = FunctionName ?? StateMachineArn;
    if (!target) throw new Error(`${workflow}.${state} neither invokes a function nor starts an execution`);
    return { workflow, state, call: FunctionName ? 'Invoke' : 'StartExecution', target, role };
  });
}

function tasks(states: Record<string, State>): [string, State][] {
  return Object.entries(states).flatMap(([name, state]) => {
    if (state.Type === 'Task') return [[name, state]];
    return state.ItemProcessor ? tasks(state.ItemProcessor.States) : [];
  });
}

/** How a step fails: `before` or `after` its effect, so that it is tried again (`passing`) or not (`fatal`). */
export type StepFailure = 'passing before' | 'passing after' | 'fatal before' | 'fatal after';

type Answer = Pick<Fault, 'kind' | 'error'>;

const failures: Record<Step['call'], Partial<Record<StepFailure, Answer>>> = {
  Invoke: {
    'passing before': { kind: 'fail-before', error: { code: 'ServiceException', message: 'Injected.', status: 500 } },
    'passing after': { kind: 'lose-response' },
    'fatal before': { kind: 'fail-before', error: { code: 'KMSDisabledException', message: 'Injected.', status: 502 } },
    'fatal after': { kind: 'fail-after', error: { code: 'KMSDisabledException', message: 'Injected.', status: 502 } },
  },
  StartExecution: {
    'passing before': { kind: 'fail-before' },
    'passing after': { kind: 'lose-response' },
    'fatal before': {
      kind: 'fail-before',
      error: { code: 'ExecutionLimitExceeded', message: 'Injected.', status: 400 },
    },
    // Step Functions has no answer that says no after it has started an execution: no `fatal after`.
  },
};

/** The fault that hits the step of one tenant once, after `passed` calls of the same kind; none where the step cannot fail so. */
export function stepFaults(step: Step, tenantId: string, failure: StepFailure, passed = 0): Fault[] {
  const answer = failures[step.call][failure];
  if (!answer) return [];
  const fault = {
    service: step.call === 'Invoke' ? 'lambda' : 'states',
    operation: step.call,
    caller: `assumed-role/${step.role}/`,
    input: `${step.target}$[^]*"tenantId":"${tenantId}"`,
    after: passed,
    ...answer,
  };
  return [fault];
}

/**
 * Faults that hit every step of the workflows once with each failure, one after the other, whichever of them the tenant comes to.
 * States that call the same function are hit in the order in which the tenant comes to them.
 */
export async function disturb(
  { endpoint }: Clients,
  steps: readonly Step[],
  tenantId: string,
  ...kinds: StepFailure[]
): Promise<void> {
  const faults: Fault[] = [];
  const passed = new Map<string, number>();
  for (const step of steps) {
    const call = `${step.role} ${step.target}`;
    const before = passed.get(call) ?? 0;
    faults.push(...kinds.flatMap((kind) => stepFaults(step, tenantId, kind, before)));
    passed.set(call, before + 1);
  }
  await injectFault(endpoint, faults);
}

/** What a step failed with, in the order of the attempts: `workflow.state` -> errors. */
export type Failures = Map<string, string[]>;

/** Whether a step failed once before its effect and once after it, with errors that pass. */
export function failedEachWay(errors: readonly string[] = []): boolean {
  const before = /^(Lambda\.ServiceException|StepFunctions\.AWSStepFunctionsException)$/;
  const after = /^(Lambda|StepFunctions)\.SdkClientException$/;
  return errors.some((error) => before.test(error)) && errors.some((error) => after.test(error));
}

/** How often a step failed for good. */
export function failedForGood(errors: readonly string[] = []): number {
  const fatal = /^(Lambda\.KMSDisabledException|StepFunctions\.ExecutionLimitExceededException)$/;
  return errors.filter((error) => fatal.test(error)).length;
}

/** Adds what an execution and those that it started failed with, step by step. */
export async function addFailures(clients: Clients, executionArn: string, failures: Failures): Promise<void> {
  const workflow = executionArn.split(':')[6]?.replace('tenantry-', '') ?? '';
  let state = '';
  for (const event of await history(clients, executionArn)) {
    state = event.stateEnteredEventDetails?.name ?? state;
    const error =
      event.taskFailedEventDetails?.error ??
      event.taskSubmitFailedEventDetails?.error ??
      event.taskStartFailedEventDetails?.error;
    const step = `${workflow}.${state}`;
    if (error) failures.set(step, [...(failures.get(step) ?? []), error]);
    const child = nestedArn(event);
    if (child) await addFailures(clients, child, failures);
  }
}

/** Executions of a workflow that are about the tenant, oldest first. */
export async function executionsOf(
  { stepFunctions }: Clients,
  workflow: string,
  tenantId: string,
): Promise<{ arn: string; status: string }[]> {
  const found: { arn: string; status: string }[] = [];
  let nextToken: string | undefined;
  do {
    const page = await stepFunctions.send(
      new ListExecutionsCommand({ stateMachineArn: stateMachineArn(workflow), maxResults: 1000, nextToken }),
    );
    for (const { name = '', executionArn = '', status = '' } of page.executions ?? [])
      if (name.startsWith(`${tenantId}-`)) found.push({ arn: executionArn, status });
    nextToken = page.nextToken;
  } while (nextToken);
  return found.reverse();
}
