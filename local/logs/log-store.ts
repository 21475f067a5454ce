import type { Cloud } from '../kernel/service.ts';
import type { Collection } from '../kernel/store.ts';

export interface LogGroup {
  accountId: string;
  region: string;
  name: string;
  createdAt: number;
  retentionInDays?: number;
  kmsKeyId?: string;
  groupClass: string;
  tags: Record<string, string>;
}

export interface LogStream {
  name: string;
  createdAt: number;
  firstEventAt?: number;
  lastEventAt?: number;
  lastIngestionAt?: number;
}

export interface LogEvent {
  id: number;
  stream: string;
  timestamp: number;
  ingestionTime: number;
  message: string;
}

/** Which events to read: times in milliseconds, both bounds inclusive of `from` and exclusive of `until`. */
export interface EventQuery {
  streams?: readonly string[];
  from?: number;
  until?: number;
}

/** Groups and streams as documents, events in a table of their own. */
export interface LogStore {
  readonly groups: Collection<LogGroup>;
  key(accountId: string, region: string, name: string): string;
  stream(groupKey: string, name: string): LogStream | undefined;
  putStream(groupKey: string, stream: LogStream): void;
  streams(groupKey: string): LogStream[];
  removeStream(groupKey: string, name: string): void;
  removeGroup(groupKey: string): void;
  append(groupKey: string, stream: string, events: readonly { timestamp: number; message: string }[]): void;
  /** In order of time, oldest first. */
  events(groupKey: string, query: EventQuery): Iterable<LogEvent>;
  bytes(groupKey: string): number;
}

/** The newest events of all groups together that are kept: a local cloud that runs for weeks must not fill the disk. */
const MOST_EVENTS = 500_000;
/** How many appended events pass between two looks at the bound. */
const TRIM_EVERY = 10_000;

/** Opens the log tables of the store. */
export function openLogStore(cloud: Cloud): LogStore {
  const { database } = cloud.store;
  database.exec(
    `CREATE TABLE IF NOT EXISTS log_events (id INTEGER PRIMARY KEY AUTOINCREMENT, grp TEXT NOT NULL, stream TEXT NOT NULL,
       timestamp INTEGER NOT NULL, ingestion INTEGER NOT NULL, message TEXT NOT NULL);
     CREATE INDEX IF NOT EXISTS log_events_by_time ON log_events (grp, timestamp, id)`,
  );
  const insert = database.prepare(
    'INSERT INTO log_events (grp, stream, timestamp, ingestion, message) VALUES (?, ?, ?, ?, ?)',
  );
  const removeOfStream = database.prepare('DELETE FROM log_events WHERE grp = ? AND stream = ?');
  const removeOfGroup = database.prepare('DELETE FROM log_events WHERE grp = ?');
  const trim = database.prepare('DELETE FROM log_events WHERE id <= (SELECT max(id) FROM log_events) - ?');
  const size = database.prepare('SELECT coalesce(sum(length(message) + 26), 0) AS bytes FROM log_events WHERE grp = ?');
  const groups: Collection<LogGroup> = cloud.store.collection('logs.groups');
  const streams: Collection<LogStream> = cloud.store.collection('logs.streams');
  const streamKey = (groupKey: string, name: string) => `${groupKey}\n${name}`;
  let untrimmed = 0;

  return {
    groups,
    key: (accountId, region, name) => `${accountId}/${region}/${name}`,
    stream: (groupKey, name) => streams.get(streamKey(groupKey, name)),
    putStream: (groupKey, stream) => streams.put(streamKey(groupKey, stream.name), stream),
    streams: (groupKey) => streams.entries(`${groupKey}\n`).map(([, stream]) => stream),
    removeStream(groupKey, name) {
      removeOfStream.run(groupKey, name);
      streams.delete(streamKey(groupKey, name));
    },
    removeGroup(groupKey) {
      removeOfGroup.run(groupKey);
      for (const [key] of streams.entries(`${groupKey}\n`)) streams.delete(key);
      groups.delete(groupKey);
    },
    append(groupKey, stream, events) {
      const ingestion = Math.floor(cloud.clock.now());
      for (const event of events) insert.run(groupKey, stream, event.timestamp, ingestion, event.message);
      untrimmed += events.length;
      if (untrimmed < TRIM_EVERY) return;
      untrimmed = 0;
      trim.run(MOST_EVENTS);
    },
    *events(groupKey, query) {
      const names = query.streams;
      const select = database.prepare(
        `SELECT id, stream, timestamp, ingestion, message FROM log_events WHERE grp = ? AND timestamp >= ? AND timestamp < ?
         ${names ? `AND stream IN (${names.map(() => '?').join(', ')})` : ''} ORDER BY timestamp, id`,
      );
      const bounds = [query.from ?? 0, query.until ?? Number.MAX_SAFE_INTEGER];
      for (const row of select.iterate(groupKey, ...bounds, ...(names ?? []))) {
        yield {
          id: Number(row['id']),
          stream: String(row['stream']),
          timestamp: Number(row['timestamp']),
          ingestionTime: Number(row['ingestion']),
          message: String(row['message']),
        };
      }
    },
    bytes: (groupKey) => Number(size.get(groupKey)?.['bytes']),
  };
}
