import type { Store } from '../../kernel/store.ts';

/** One run of a distributed Map; what it has done is in the journal of its execution. Times in milliseconds of the simulated clock. */
export interface MapRun {
  readonly arn: string;
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  readonly startDate: number;
  readonly stopDate?: number;
  readonly redriveCount: number;
  readonly redriveDate?: number;
}

/** Map Runs by ARN and by their parent execution, durable. */
export interface MapRuns {
  get(arn: string): MapRun | undefined;
  put(run: MapRun): void;
  of(executionArn: string): MapRun[];
}

/** The Map Runs in `store`. */
export function openMapRuns(store: Store): MapRuns {
  const runs = store.collection<MapRun>('states.map-runs');
  const byExecution = store.collection<string>('states.map-runs-of');
  return {
    get: (arn) => runs.get(arn),
    put(run) {
      runs.put(run.arn, run);
      byExecution.put(`${run.executionArn}|${run.arn}`, run.arn);
    },
    of: (executionArn) =>
      byExecution
        .entries(`${executionArn}|`)
        .flatMap(([, arn]) => runs.get(arn) ?? [])
        .sort((a, b) => b.startDate - a.startDate),
  };
}
