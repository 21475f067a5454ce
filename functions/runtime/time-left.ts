import { AsyncLocalStorage } from 'node:async_hooks';

const invocation = new AsyncLocalStorage<() => number>();

/** Runs what belongs to one invocation of a function; `left` gives the milliseconds until Lambda ends it. */
export function withTimeLeft<T>(left: () => number, run: () => Promise<T>): Promise<T> {
  return invocation.run(left, run);
}

/**
 * Milliseconds until Lambda ends the invocation that the caller runs in; Infinity outside of one (the CLI, tests). Kept
 * beside the call instead of passed through it: whatever waits for a network needs it, however deep it is.
 */
export function timeLeft(): number {
  return invocation.getStore()?.() ?? Number.POSITIVE_INFINITY;
}
