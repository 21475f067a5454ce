import type { ExecutionRecord } from './records/executions.ts';
import type { States } from './states.ts';

const DAY = 24 * 3600 * 1000;
/** https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html#redrive-eligibility */
const REDRIVABLE_PERIOD = 14 * DAY;
const LONGEST_EXECUTION = 365 * DAY;
const MOST_EVENTS = 24_999;

/** Why the execution cannot be redriven, in AWS's words; undefined when it can. */
export function notRedrivableReason(states: States, execution: ExecutionRecord): string | undefined {
  const now = states.cloud.clock.now();
  const machine = states.machines.get(execution.stateMachineArn.split('/')[0] ?? '');
  if (execution.status === 'RUNNING' || execution.status === 'SUCCEEDED' || execution.status === 'PENDING_REDRIVE') {
    return `Execution is ${execution.status} and cannot be redriven`;
  }
  if (!machine || machine.status === 'DELETING') return 'State machine is in DELETING status';
  if (execution.mapRunArn) return 'Execution is part of a Map Run and cannot be redriven on its own';
  if (states.engine.historyLength(execution.arn) >= MOST_EVENTS) return 'Execution history event limit exceeded';
  if (now - execution.startDate >= LONGEST_EXECUTION) return 'Execution has exceeded the max execution time';
  if (now - (execution.stopDate ?? now) > REDRIVABLE_PERIOD) return 'Execution redrivable period exceeded';
  return undefined;
}

/** The redrive members of DescribeExecution and of status-change events. */
export function redriveMembers(states: States, execution: ExecutionRecord) {
  const reason = notRedrivableReason(states, execution);
  return {
    redriveCount: execution.redriveCount,
    ...(execution.redriveDate !== undefined && { redriveDate: new Date(execution.redriveDate) }),
    redriveStatus: reason === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    ...(reason !== undefined && { redriveStatusReason: reason }),
  };
}
