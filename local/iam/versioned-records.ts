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
  /** Current values in key order; `prefix` ends with the first slash of the keys, or is empty. */
  list(prefix: string): T[];
  /** The same in no order, without the cost of sorting. */
  values(prefix: string): T[];
  /** Grows with every change. */
  revision(): number;
}

/** Keeps the records of one collection, all of them in memory too, because every authorised call reads some. */
export function versionedRecords<T>(collection: Collection<Versioned<T>>, clock: Clock): VersionedRecords<T> {
  /** By the part of the key before the first slash (the account), then by key. */
  const groups = new Map<string, Map<string, Versioned<T>>>();
  let revision = 0;
  for (const [key, record] of collection.entries()) remember(key, record);

  function remember(key: string, record: Versioned<T> | undefined): void {
    const group = groupOf(key);
    const records = groups.get(group) ?? new Map<string, Versioned<T>>();
    groups.set(group, records);
    if (record) records.set(key, record);
    else records.delete(key);
  }

  function read(key: string): Versioned<T> | undefined {
    return groups.get(groupOf(key))?.get(key);
  }

  function entries(prefix: string): [string, T][] {
    const chosen = prefix === '' ? [...groups.values()] : [groups.get(groupOf(prefix)) ?? new Map()];
    return chosen.flatMap((records) =>
      [...records].flatMap(([key, { current }]): [string, T][] => (current === undefined ? [] : [[key, current]])),
    );
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
      remember(key, undefined);
      return;
    }
    const value: Versioned<T> = { ...next, superseded };
    collection.put(key, value);
    remember(key, value);
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
    list: (prefix) =>
      entries(prefix)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, value]) => value),
    values: (prefix) => entries(prefix).map(([, value]) => value),
    revision: () => revision,
  };
}

function groupOf(key: string): string {
  const slash = key.indexOf('/');
  return slash < 0 ? key : key.slice(0, slash);
}
