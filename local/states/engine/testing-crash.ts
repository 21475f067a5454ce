import { openStore } from '../../kernel/sqlite-store.ts';
import type { Store } from '../../kernel/store.ts';
import type { ExecutionOutcome, HistoryEvent, TaskCall, TaskReport } from './contract.ts';
import { createEngine } from './engine.ts';
import { startOf } from './testing.ts';
import { type ManualClock, manualClock } from './testing-clock.ts';

/** Lets writes through until `commits` transactions are durable; what comes later is lost, as after `kill -9`. */
function mortalStore(store: Store, commits: number): { store: Store; dead(): boolean } {
  let left = commits;
  return {
    dead: () => left <= 0,
    store: {
      ...store,
      database: store.database,
      transaction(work) {
        if (left-- > 0) return store.transaction(work);
        left = -1;
        return undefined as never;
      },
    },
  };
}

export interface CrashRun {
  outcome: ExecutionOutcome;
  /** The history without what differs from run to run: times and tokens. */
  history: unknown[];
  /** How often each task was handed out. */
  calls: Map<string, number>;
  /** Tasks that were handed out although their outcome was durable. */
  repeated: string[];
}

/** What a task does, by its call alone, so that a repeated call does the same. */
export type TaskBehaviour = (call: TaskCall, report: TaskReport) => void;

/** Runs a machine to its end, in as many processes as there are crashes and one more. */
export async function runWithCrashes(
  definition: object,
  input: unknown,
  behave: TaskBehaviour,
  crashes: readonly number[],
): Promise<CrashRun> {
  const store = openStore(':memory:');
  const start = startOf(definition, input, 1_700_000_000_000);
  const run: CrashRun = { outcome: undefined as never, history: [], calls: new Map(), repeated: [] };
  let time = start.startTime;
  let begun = false;
  for (const commits of [...crashes, Number.POSITIVE_INFINITY]) {
    const clock = manualClock(time);
    const mortal = mortalStore(store, commits);
    const finished: Set<string> = new Set(outcomesIn(begun ? readHistory(store, start.executionArn) : []));
    const engine = createEngine(
      {
        clock,
        store: mortal.store,
        tasks: {
          run(call, report) {
            if (mortal.dead()) return { cancel: () => undefined };
            const key = `${call.stateName}#${call.visit}#${call.retryCount}`;
            run.calls.set(key, (run.calls.get(key) ?? 0) + 1);
            if (finished.has(key)) run.repeated.push(key);
            behave(call, report);
            return { cancel: () => undefined };
          },
        },
        ended(_execution, outcome) {
          if (!mortal.dead()) run.outcome = outcome;
        },
      },
      { turnMilliseconds: Number.POSITIVE_INFINITY },
    );
    if (begun) engine.resume();
    else if (commits > 0) {
      engine.start(start);
      begun = true;
    }
    await drive(clock, () => mortal.dead() || run.outcome !== undefined);
    time = clock.now();
    clock.close();
    if (run.outcome) break;
  }
  run.history = readHistory(store, start.executionArn).map(comparable);
  store.close();
  return run;
}

async function drive(clock: ManualClock, over: () => boolean): Promise<void> {
  for (let idle = 0; idle < 3 && !over(); ) {
    await new Promise((resolve) => setImmediate(resolve));
    if (over()) return;
    if (clock.held || clock.advance()) idle = 0;
    else idle++;
  }
}

function readHistory(store: Store, executionArn: string): HistoryEvent[] {
  const clock = manualClock(0);
  const reader = createEngine({
    clock,
    store,
    tasks: { run: () => ({ cancel: () => undefined }) },
    ended: () => undefined,
  });
  return reader.history(executionArn);
}

/** Keys of the tasks whose outcome is in the history, by counting visits and attempts. */
function outcomesIn(history: readonly HistoryEvent[]): string[] {
  const keys: string[] = [];
  const visits = new Map<string, number>();
  const states = new Map<number, { name: string; visit: number; attempt: number }>();
  for (const event of history) {
    const entered = event['stateEnteredEventDetails'] as { name: string } | undefined;
    const before = states.get(event.previousEventId);
    if (entered) {
      const visit = visits.get(entered.name) ?? 0;
      visits.set(entered.name, visit + 1);
      states.set(event.id, { name: entered.name, visit, attempt: 0 });
    } else if (before) {
      const failed = event.type === 'TaskFailed';
      if (failed || event.type === 'TaskSucceeded') keys.push(`${before.name}#${before.visit}#${before.attempt}`);
      states.set(event.id, failed ? { ...before, attempt: before.attempt + 1 } : before);
    }
  }
  return keys;
}

function comparable(event: HistoryEvent): unknown {
  const { timestamp: _timestamp, ...rest } = event;
  return JSON.parse(JSON.stringify(rest).replace(/mapRun:[^"]+/g, 'mapRun:…'));
}
