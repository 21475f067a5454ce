import { timeLeft } from '../runtime/time-left.ts';

/** How long to wait for a cluster. All in milliseconds. */
export interface Patience {
  /** Until an answer begins, connecting included, and from each of its parts to the next. */
  readonly silence: number;
  /** Until the invocation ends that the request belongs to. */
  readonly timeLeft: () => number;
}

/** Longer than any single answer here should take. */
export const usualPatience: Patience = { silence: 15_000, timeLeft };

/** Kept of an invocation's time, so that the step can still say what happened: its log, the ledger, its answer. */
const reserve = 2_000;

/** A request that is waited for. */
export interface Wait {
  /** Aborted when nothing was heard for too long. */
  readonly signal: AbortSignal;
  /** Something came: the silence begins anew. */
  heard(): void;
  /** Nothing more is waited for. */
  end(): void;
  /** How long it was silent, for people: `15.0 s`, and why not longer. */
  silent(): string;
}

/** Begins to wait. Undefined if there is no time left to wait for anything. */
export function startWaiting({ silence, timeLeft: left }: Patience): Wait | undefined {
  if (left() <= reserve) return undefined;
  const controller = new AbortController();
  let allowed = 0;
  let timer: NodeJS.Timeout | undefined;
  const listen = () => {
    clearTimeout(timer);
    allowed = Math.max(0, Math.min(silence, left() - reserve));
    timer = setTimeout(() => controller.abort(), allowed);
  };
  listen();
  return {
    signal: controller.signal,
    heard: listen,
    end: () => clearTimeout(timer),
    silent: () => `${seconds(allowed)}${allowed < silence ? ", all that was left of the function's time" : ''}`,
  };
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}
