import type { DatabaseSync } from 'node:sqlite';

/**
 * Durable state of the local cloud: one SQLite database, in memory or in the state folder. All calls are synchronous;
 * what a call returned from is safe against `kill -9` of the process.
 */
export interface Store {
  /** The collection of that name ("events.rules"), made on first use. Values are JSON. */
  collection<T>(name: string): Collection<T>;
  /** All writes inside `work` become durable together, or none if it throws. Nested calls join the outer one. */
  transaction<R>(work: () => R): R;
  /** For services that keep their own tables (the executions journal); create them with `IF NOT EXISTS`. */
  readonly database: DatabaseSync;
  /** Folder for files a service keeps itself (certificates, data folders), made on first use. */
  folder(name: string): string;
  close(): void;
}

/** An ordered durable map from key to JSON value. Values handed out are copies: changing one changes nothing until `put`. */
export interface Collection<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): void;
  delete(key: string): boolean;
  /** In key order; `prefix` limits to keys that start with it. */
  entries(prefix?: string): [key: string, value: T][];
  size(): number;
}
