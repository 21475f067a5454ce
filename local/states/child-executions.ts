import { parseArn, statesArn } from './arns.ts';
import type { HistoryEvent } from './engine/contract.ts';
import { type ChildWorkflow, historyOf } from './engine/map-run-view.ts';
import type { ExecutionRecord } from './records/executions.ts';
import type { MapRun } from './records/map-runs.ts';
import type { States } from './states.ts';

/** A child workflow execution of a distributed Map: an execution of its own for whoever asks. */
export interface ChildExecution {
  readonly record: ExecutionRecord;
  /** Items in its input. */
  readonly itemCount: number;
  history(): HistoryEvent[];
}

/** Letters of the Map Run's id, with which the names of its children begin. */
const RUN_ID_LENGTH = 36;

/**
 * The child execution of that ARN, from its parent's journal; undefined for any other execution.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-examine-map-run.html
 */
export function findChild(states: States, executionArn: string): ChildExecution | undefined {
  const { region, accountId, parts } = parseArn(executionArn, 'execution');
  const [machine = '', name = ''] = parts;
  if (!machine.includes('/')) return undefined;
  const run = states.mapRuns.get(statesArn(region, accountId, 'mapRun', machine, name.slice(0, RUN_ID_LENGTH)));
  return run && childrenOf(states, run).find(({ record }) => record.arn === executionArn);
}

/** The child executions of a Map Run that have started, oldest first. */
export function childrenOf(states: States, run: MapRun): ChildExecution[] {
  const parent = states.executions.get(run.executionArn);
  const view = states.engine.mapRuns(run.executionArn).find(({ mapRunArn }) => mapRunArn === run.arn);
  const machine = parent && states.machines.get(parent.stateMachineArn);
  const roleArn = machine ? states.machines.revision(machine, parent.revisionId).roleArn : '';
  return (view?.children ?? []).map((child) => ({
    record: recordOf(child, run, parent?.revisionId ?? ''),
    itemCount: child.items,
    history: () => historyOf(child, roleArn),
  }));
}

function recordOf(child: ChildWorkflow, run: MapRun, revisionId: string): ExecutionRecord {
  const { output, error, cause, stopTime } = child;
  return {
    arn: child.executionArn,
    stateMachineArn: run.stateMachineArn,
    name: child.name,
    status: child.status,
    startDate: child.startTime,
    input: child.input,
    revisionId,
    mapRunArn: run.arn,
    redriveCount: 0,
    ...(stopTime !== undefined && { stopDate: stopTime }),
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
  };
}
