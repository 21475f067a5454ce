import type { HistoryEvent } from '@aws-sdk/client-sfn';

/** From and to, in milliseconds of simulated time. */
export type Span = readonly [from: number, to: number];

/** What an execution did with its time, as far as its own history tells. */
export interface Doing {
  /** Nothing of ours runs: a task comes back later because AWS or a cluster is not ready, or a state waits. */
  readonly waits: readonly Span[];
  /** A function runs. */
  readonly steps: readonly Span[];
}

const ENDED = new Set(['TaskSucceeded', 'TaskFailed', 'TaskTimedOut']);

/**
 * Reads a history. A wait is the time from a failed task to its next attempt, inside a Wait state, or until a task token is
 * given back; the rest of the time is the product's own: its functions and the transitions between them.
 */
export function doingOf(history: readonly HistoryEvent[]): Doing {
  const byId = new Map(history.map((event) => [event.id, event]));
  const waits: Span[] = [];
  const steps: Span[] = [];
  for (const event of history) {
    const before = byId.get(event.previousEventId);
    if (before === undefined) continue;
    const span: Span = [at(before), at(event)];
    if (event.type === 'TaskScheduled' && ENDED.has(before.type ?? '')) waits.push(span);
    else if (event.type === 'WaitStateExited') waits.push(span);
    else if (ENDED.has(event.type ?? '') && before.type === 'TaskSubmitted') {
      // A nested execution has a history of its own, which says what it did.
      if (!isNested(before)) waits.push(span);
    } else if (before.type === 'TaskStarted' && !isNested(event)) steps.push(span);
  }
  return { waits, steps };
}

function isNested({ taskSubmittedEventDetails }: HistoryEvent): boolean {
  return taskSubmittedEventDetails?.resourceType === 'states';
}

/** How long the spans are in all; what they have in common counts once. Only what lies within `bounds`. */
export function covered(spans: readonly Span[], [begin, end]: Span): number {
  let total = 0;
  let reached = begin;
  for (const [from, to] of [...spans].sort(([a], [b]) => a - b)) {
    const start = Math.max(from, reached);
    const stop = Math.min(to, end);
    if (stop <= start) continue;
    total += stop - start;
    reached = stop;
  }
  return total;
}

/** Of tasks in that state, the last wait: at its end, whatever was waited for had come. */
export function lastWait(history: readonly HistoryEvent[], state: string): number {
  const entered = history.find((event) => event.stateEnteredEventDetails?.name === state);
  const exited = history.find((event) => event.stateExitedEventDetails?.name === state);
  if (entered === undefined || exited === undefined) return 0;
  const bounds: Span = [at(entered), at(exited)];
  const within = doingOf(history).waits.filter(([from, to]) => from >= bounds[0] && to <= bounds[1]);
  const [from, to] = within.at(-1) ?? [0, 0];
  return to - from;
}

function at(event: HistoryEvent): number {
  return event.timestamp?.getTime() ?? Number.NaN;
}
