import { randomUUID } from 'node:crypto';
import { AwsError } from '../../kernel/errors.ts';
import type { AccessRequest, Operation, OperationInput } from '../../kernel/service.ts';
import { machineArnOf, parseArn, splitTestCase, statesArn } from '../arns.ts';
import { arnMember, type Constraints, checkInput, checkName, dataMember, nameMember } from '../constraints.ts';
import type { ExecutionStart } from '../engine/contract.ts';
import type { States } from '../states.ts';
import { statusChanged } from '../status-events.ts';
import { deleting, type Found, findQualified } from './find-machine.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html#service-limits-accounts */
const MOST_OPEN = 1_000_000;
const MOST_BYTES = 262_144;
/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
const NAME_KEPT = 90 * 24 * 3600 * 1000;

export const startConstraints: Constraints = {
  stateMachineArn: arnMember,
  name: nameMember,
  input: dataMember,
  traceHeader: { type: 'string', min: 0, max: 256, pattern: /^\p{ASCII}*$/u },
};

/**
 * StartExecution. A STANDARD execution with the same name and input as a running one is that one.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export function startExecution(states: States): Operation {
  return {
    authorize: (input) => onMachine('StartExecution', input),
    handle(input) {
      checkInput(input, startConstraints);
      const start = prepareStart(states, input);
      if (start.type === 'EXPRESS') {
        states.engine.start(start);
        return { executionArn: start.executionArn, startDate: new Date(start.startTime) };
      }
      return startStandard(states, start, input);
    },
  };
}

/** IAM check on the machine; a version or alias is the condition key `states:StateMachineQualifier`. */
export function onMachine(action: string, input: OperationInput): AccessRequest[] {
  const given = typeof input.stateMachineArn === 'string' ? splitTestCase(input.stateMachineArn).arn : '';
  const [resource, qualifier] = [given.split(':').slice(0, 7).join(':'), given.split(':')[7]];
  const accountId = given.split(':')[4];
  return [
    {
      action: `states:${action}`,
      resource: resource || '*',
      ...(/^\d{12}$/.test(accountId ?? '') && { resourceAccountId: accountId }),
      ...(qualifier && { conditions: { 'states:StateMachineQualifier': qualifier } }),
    },
  ];
}

interface PreparedStart extends ExecutionStart {
  readonly found: Found;
}

/** Checks the request and resolves machine, name and input. Throws what StartExecution throws. */
export function prepareStart(states: States, input: OperationInput): PreparedStart {
  const { arn, testCase } = splitTestCase(input.stateMachineArn);
  if (input.name !== undefined) checkName(input.name);
  const parsed = parseArn(arn, 'stateMachine');
  checkExecutionInput(input.input ?? '{}');
  const found = findQualified(states, arn);
  const { machine, revision } = found;
  if (machine.status === 'DELETING') throw deleting(arn);
  if (testCase !== undefined) states.mocks.requireTestCase(machine.name, testCase);
  const name = input.name ?? randomUUID();
  const { region, accountId } = parsed;
  const executionArn =
    machine.type === 'EXPRESS'
      ? statesArn(region, accountId, 'express', machine.name, name, randomUUID())
      : statesArn(region, accountId, 'execution', machine.name, name);
  return {
    found,
    executionArn,
    name,
    stateMachineArn: machineArnOf(parsed),
    definition: revision.definition,
    roleArn: revision.roleArn,
    input: input.input ?? '{}',
    startTime: states.cloud.clock.now(),
    type: machine.type,
    ...(input.traceHeader && { traceHeader: input.traceHeader }),
    ...(testCase !== undefined && { mockTestCase: testCase }),
  };
}

function startStandard(states: States, start: PreparedStart, input: OperationInput): unknown {
  const { found, ...execution } = start;
  const existing = input.name === undefined ? undefined : states.executions.get(start.executionArn);
  if (existing) {
    if (existing.status === 'RUNNING' && existing.input === start.input) {
      return { executionArn: existing.arn, startDate: new Date(existing.startDate) };
    }
    if (start.startTime - (existing.stopDate ?? start.startTime) < NAME_KEPT) {
      throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${start.executionArn}'`);
    }
    states.executions.forget(existing.arn);
  }
  if (states.executions.countRunning() >= MOST_OPEN) {
    throw new AwsError('ExecutionLimitExceeded', `Execution Limit Exceeded: '${MOST_OPEN}'`);
  }
  states.cloud.store.transaction(() => {
    states.executions.add({
      arn: start.executionArn,
      stateMachineArn: start.stateMachineArn,
      name: start.name,
      status: 'RUNNING',
      startDate: start.startTime,
      input: start.input,
      revisionId: found.revisionId,
      stateMachineVersionArn: found.stateMachineVersionArn,
      stateMachineAliasArn: found.stateMachineAliasArn,
      traceHeader: start.traceHeader,
      redriveCount: 0,
    });
    states.engine.start(execution);
  });
  const { executionArn, stateMachineArn, name } = start;
  statusChanged(states, { executionArn, stateMachineArn, name, status: 'RUNNING' });
  return { executionArn: start.executionArn, startDate: new Date(start.startTime) };
}

function checkExecutionInput(text: string): void {
  if (Buffer.byteLength(text) > MOST_BYTES) {
    throw new AwsError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: 'input size exceeds ${MOST_BYTES} bytes'`,
    );
  }
  try {
    JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${reason}'`, { cause });
  }
}
