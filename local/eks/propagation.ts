/** A value that its API shows at once and that takes effect some time later. */
export interface Versioned<T> {
  /** What the API shows; absent when deleted. */
  current?: T;
  /** Oldest first; `value` is absent for a deletion. */
  changes: { at: number; value?: T }[];
}

/** The value with one more change (`undefined` deletes), which takes effect at `at`; changes that are over by `now` are dropped. */
export function changed<T>(
  versioned: Versioned<T> | undefined,
  value: T | undefined,
  times: { now: number; at: number },
): Versioned<T> {
  const changes = [...(versioned?.changes ?? []), { at: times.at, ...(value !== undefined && { value }) }];
  const inForce = changes.findLastIndex((change) => change.at <= times.now);
  return { ...(value !== undefined && { current: value }), changes: changes.slice(Math.max(0, inForce)) };
}

/** What is in effect at `now`. */
export function effective<T>(versioned: Versioned<T> | undefined, now: number): T | undefined {
  return versioned?.changes.findLast((change) => change.at <= now)?.value;
}
