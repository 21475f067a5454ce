import { AwsError } from '../../kernel/errors.ts';
import type { AccessRequest, Operation, OperationInput } from '../../kernel/service.ts';
import { machineArnOf, parseArn } from '../arns.ts';
import { childrenOf } from '../child-executions.ts';
import { checkInput } from '../constraints.ts';
import { pageOf, pageToken, readPageToken } from '../page-token.ts';
import type { ExecutionFilter, ExecutionRecord, ListPosition } from '../records/executions.ts';
import type { States } from '../states.ts';
import { onResource, resourceOf } from './access.ts';
import { findQualified } from './find-machine.ts';

const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'];

/**
 * ListExecutions: newest first, of a machine, one of its versions or aliases, or a Map Run.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
 */
export function listExecutions(states: States): Operation {
  return {
    authorize: (input, context): AccessRequest[] =>
      typeof input.mapRunArn === 'string'
        ? [{ action: 'states:ListExecutions', ...resourceOf(input.mapRunArn) }]
        : onResource('ListExecutions', 'stateMachineArn')(input, context),
    handle(input) {
      checkInput(input, {
        stateMachineArn: { type: 'string', min: 1, max: 256 },
        statusFilter: { type: 'string', values: STATUSES },
        maxResults: { type: 'integer', min: 0, max: 1000 },
        nextToken: { type: 'string', min: 1, max: 3096 },
        mapRunArn: { type: 'string', min: 1, max: 2000 },
        redriveFilter: { type: 'string', values: ['REDRIVEN', 'NOT_REDRIVEN'] },
      });
      const filter = filterOf(states, input);
      if (filter.mapRunArn !== undefined) return listChildren(states, filter, input);
      const now = states.cloud.clock.now();
      const listing = `ListExecutions ${JSON.stringify(filter)}`;
      const after = input.nextToken ? (readPageToken(listing, input.nextToken, now) as ListPosition) : undefined;
      const size = input.maxResults || 100;
      const rows = states.executions.list(filter, size + 1, after);
      const page = rows.slice(0, size);
      const last = rows.length > size ? page.at(-1) : undefined;
      return {
        executions: page.map(({ record }) => listItem(record)),
        ...(last && { nextToken: pageToken(listing, last.at, now) }),
      };
    },
  };
}

/** The child executions of a Map Run are in its parent's journal, with the number of items each has. */
function listChildren(states: States, filter: ExecutionFilter, input: OperationInput) {
  const run = states.mapRuns.get(filter.mapRunArn ?? '');
  const children = run ? childrenOf(states, run) : [];
  const matching = children
    .filter(({ record }) => filter.status === undefined || record.status === filter.status)
    .filter(({ record }) => filter.redriven === undefined || record.redriveCount > 0 === filter.redriven)
    .reverse();
  const listing = `ListExecutions ${JSON.stringify(filter)}`;
  const { page, nextToken } = pageOf(matching, { ...input, listing, now: states.cloud.clock.now() });
  return {
    executions: page.map(({ record, itemCount }) => ({ ...listItem(record), itemCount })),
    ...(nextToken && { nextToken }),
  };
}

function filterOf(states: States, input: OperationInput): ExecutionFilter {
  const given = [input.stateMachineArn, input.mapRunArn].filter((arn) => arn !== undefined && arn !== null);
  if (given.length !== 1) {
    throw new AwsError('ValidationException', 'Must provide a StateMachine ARN or MapRun ARN');
  }
  const common = {
    ...(input.statusFilter && { status: String(input.statusFilter) }),
    ...(input.redriveFilter && { redriven: input.redriveFilter === 'REDRIVEN' }),
  };
  if (input.mapRunArn) {
    parseArn(input.mapRunArn, 'mapRun');
    if (!states.mapRuns.get(input.mapRunArn)) {
      throw new AwsError('ResourceNotFound', `Map Run does not exist: '${input.mapRunArn}'`);
    }
    return { mapRunArn: input.mapRunArn, ...common };
  }
  if (input.redriveFilter) {
    throw new AwsError('ValidationException', 'redriveFilter can only be used with a MapRun ARN');
  }
  const parsed = parseArn(input.stateMachineArn, 'stateMachine');
  const found = findQualified(states, input.stateMachineArn);
  if (found.machine.type === 'EXPRESS') {
    throw new AwsError('StateMachineTypeNotSupported', 'This operation is not supported by this type of state machine');
  }
  if (parsed.parts.length === 1) return { stateMachineArn: machineArnOf(parsed), ...common };
  if (found.stateMachineAliasArn) return { stateMachineAliasArn: found.stateMachineAliasArn, ...common };
  return { stateMachineVersionArn: found.stateMachineVersionArn, ...common };
}

function listItem(execution: ExecutionRecord) {
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.stateMachineArn,
    name: execution.name,
    status: execution.status,
    startDate: new Date(execution.startDate),
    ...(execution.stopDate !== undefined && { stopDate: new Date(execution.stopDate) }),
    ...(execution.mapRunArn && { mapRunArn: execution.mapRunArn }),
    ...(execution.stateMachineVersionArn && { stateMachineVersionArn: execution.stateMachineVersionArn }),
    ...(execution.stateMachineAliasArn && { stateMachineAliasArn: execution.stateMachineAliasArn }),
    redriveCount: execution.redriveCount,
    ...(execution.redriveDate !== undefined && { redriveDate: new Date(execution.redriveDate) }),
  };
}
