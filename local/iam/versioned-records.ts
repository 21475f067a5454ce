import type { Clock } from '../kernel/clock.ts';
import type { Collection } from '../kernel/store.ts';

/** A value and those before it that are still seen by the part of IAM that authorises. */
interface Versioned<T> {
  readonly current?: T;
  /** In order; each is in effect until its time (milliseconds). An absent value means: not there yet. */
  readonly superseded: readonly { readonly until: number; readonly value?: T }[];
}

/**
 * Records that are eventually consistent: IAM's own operations read the current value at once, authorisation reads the
 * effective one, which follows later.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
export interface VersionedRecords<T> {
  get(key: string): T | undefined;
  effective(key: string): {
    readonly value: T | undefined /** When this may change; Infinity if not foreseen. */;
    readonly until: number;
  };
  /** `delay` in milliseconds until authorisation sees it. */
  put(key: string, value: T, delay: number): void;
  delete(key: string, delay: number): void;
  /** Current values in key order. */
  list(prefix: string): T[];
  /** Grows with every change. */
  revision(): number;
}

/** Keeps the records of one collection, with a copy in memory because every authorised call reads them. */
export function versionedRecords<T>(collection: Collection<Versioned<T>>, clock: Clock): VersionedRecords<T> {
  const cache = new Map<string, Versioned<T> | undefined>();
  let revision = 0;

  function read(key: string): Versioned<T> | undefined {
    if (!cache.has(key)) cache.set(key, collection.get(key));
    return cache.get(key);
  }

  function write(key: string, next: { current?: T }, delay: number): void {
    const now = clock.now();
    const before = read(key);
    const waiting = (before?.superseded ?? []).filter((entry) => entry.until > now);
    const last: { until: number; value?: T } = { until: now + delay };
    if (before?.current !== undefined) last.value = before.current;
    const superseded = delay > 0 ? [...waiting, last] : [];
    revision++;
    if (next.current === undefined && superseded.length === 0) {
      collection.delete(key);
      cache.set(key, undefined);
      return;
    }
    const value: Versioned<T> = { ...next, superseded };
    collection.put(key, value);
    cache.set(key, value);
  }

  return {
    get: (key) => read(key)?.current,
    effective(key) {
      const now = clock.now();
      const record = read(key);
      const seen = record?.superseded.find((entry) => entry.until > now);
      return seen
        ? { value: seen.value, until: seen.until }
        : { value: record?.current, until: Number.POSITIVE_INFINITY };
    },
    put: (key, value, delay) => write(key, { current: value }, delay),
    delete: (key, delay) => write(key, {}, delay),
    list: (prefix) => collection.entries(prefix).flatMap(([, { current }]) => (current === undefined ? [] : [current])),
    revision: () => revision,
  };
}
