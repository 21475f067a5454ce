import type { ExecutionStart, HistoryEvent } from './engine/contract.ts';
import type { MapRun } from './records/map-runs.ts';
import type { States } from './states.ts';

const ENDS: Readonly<Record<string, MapRun['status']>> = {
  MapRunSucceeded: 'SUCCEEDED',
  MapRunFailed: 'FAILED',
  MapRunAborted: 'ABORTED',
  MapStateAborted: 'ABORTED',
};

/** Keeps the index of Map Runs up to date with the events of a history. */
export function indexMapRuns(states: States, execution: ExecutionStart, events: readonly HistoryEvent[]): void {
  for (const event of events) {
    if (event.type === 'MapRunStarted') started(states, execution, event);
    else if (event.type === 'MapRunRedriven') redriven(states, event);
    else if (ENDS[event.type]) ended(states, execution, event, ENDS[event.type] ?? 'SUCCEEDED');
    else if (/^Execution(Failed|Aborted|TimedOut)$/.test(event.type)) abortRest(states, execution, event);
  }
}

function started(states: States, execution: ExecutionStart, event: HistoryEvent): void {
  const details = event['mapRunStartedEventDetails'] as { mapRunArn: string };
  states.mapRuns.put({
    arn: details.mapRunArn,
    executionArn: execution.executionArn,
    stateMachineArn: `${execution.stateMachineArn}/${details.mapRunArn.split('/')[1]?.split(':')[0] ?? ''}`,
    status: 'RUNNING',
    startDate: event.timestamp,
    redriveCount: 0,
  });
}

function redriven(states: States, event: HistoryEvent): void {
  const details = event['mapRunRedrivenEventDetails'] as { mapRunArn: string; redriveCount: number };
  const run = states.mapRuns.get(details.mapRunArn);
  if (!run) return;
  const { stopDate: _ended, ...rest } = run;
  states.mapRuns.put({ ...rest, status: 'RUNNING', redriveCount: details.redriveCount, redriveDate: event.timestamp });
}

/** The events that end a Map Run do not name it: it is the execution's one that was started by their predecessor. */
function ended(states: States, execution: ExecutionStart, event: HistoryEvent, status: MapRun['status']): void {
  const running = states.mapRuns.of(execution.executionArn).filter((run) => run.status === 'RUNNING');
  const named = startedBefore(states, execution, event);
  const run = running.find(({ arn }) => arn === named) ?? running[0];
  if (run) states.mapRuns.put({ ...run, status, stopDate: event.timestamp });
}

function startedBefore(states: States, execution: ExecutionStart, event: HistoryEvent): string | undefined {
  const [previous] = states.engine.history(execution.executionArn, { fromId: event.previousEventId, limit: 1 });
  const details = previous?.['mapRunStartedEventDetails'] as { mapRunArn?: string } | undefined;
  return details?.mapRunArn;
}

function abortRest(states: States, execution: ExecutionStart, event: HistoryEvent): void {
  for (const run of states.mapRuns.of(execution.executionArn)) {
    if (run.status === 'RUNNING') states.mapRuns.put({ ...run, status: 'ABORTED', stopDate: event.timestamp });
  }
}
