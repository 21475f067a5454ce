import type { Store } from '../../kernel/store.ts';
import type { ExecutionStart, HistoryEvent } from './contract.ts';
import type { Execution, PrivateDetails } from './model.ts';

/** One entry as the journal keeps it. */
export interface Entry {
  event: HistoryEvent;
  extra: PrivateDetails;
}

export interface HistoryOptions {
  fromId?: number;
  limit?: number;
  reverse?: boolean;
}

/**
 * The durable journal of executions: what happened, in order. Entries that became durable together share a row. An
 * entry is a line: the event as the history shows it and, after a tab, what only the journal keeps.
 */
export interface Journal {
  /** A new row for an execution; its key. */
  add(start: ExecutionStart): number;
  /** Appends the execution's pending lines. Callers group calls in a transaction. */
  append(execution: Execution): void;
  /** Whether the execution is to be resumed after a restart. */
  setRunning(key: number, running: boolean): void;
  running(): number[];
  find(arn: string): number | undefined;
  start(key: number): ExecutionStart;
  entries(key: number): Entry[];
  history(key: number, options: HistoryOptions): HistoryEvent[];
  /** Id of the last event of the history. */
  lastId(key: number): number;
}

export function entryLine(event: HistoryEvent, extra: PrivateDetails): string {
  const line = JSON.stringify(event);
  for (const _ in extra) return `${line}\t${JSON.stringify(extra)}`;
  return line;
}

function parseEntry(line: string): Entry {
  const tab = line.indexOf('\t');
  if (tab < 0) return { event: JSON.parse(line) as HistoryEvent, extra: {} };
  return {
    event: JSON.parse(line.slice(0, tab)) as HistoryEvent,
    extra: JSON.parse(line.slice(tab + 1)) as PrivateDetails,
  };
}

/** Opens the journal's tables in the store, making them on first use. */
export function openJournal(store: Store): Journal {
  const { database } = store;
  database.exec(`
    CREATE TABLE IF NOT EXISTS states_executions (key INTEGER PRIMARY KEY, arn TEXT, start TEXT, running INTEGER);
    CREATE INDEX IF NOT EXISTS states_executions_arn ON states_executions (arn);
    CREATE INDEX IF NOT EXISTS states_executions_running ON states_executions (key) WHERE running = 1;
    CREATE TABLE IF NOT EXISTS states_journal (execution INTEGER, chunk INTEGER, last_id INTEGER, entries TEXT,
      PRIMARY KEY (execution, chunk)) WITHOUT ROWID;
  `);
  const insert = database.prepare('INSERT INTO states_executions (key, arn, start, running) VALUES (?, ?, ?, 1)');
  const append = database.prepare(
    'INSERT INTO states_journal (execution, chunk, last_id, entries) VALUES (?, ?, ?, ?)',
  );
  const setRunning = database.prepare('UPDATE states_executions SET running = ? WHERE key = ?');
  const running = database.prepare('SELECT key FROM states_executions WHERE running = 1 ORDER BY key');
  const find = database.prepare('SELECT max(key) AS key FROM states_executions WHERE arn = ?');
  const start = database.prepare('SELECT start FROM states_executions WHERE key = ?');
  const chunks = database.prepare(
    'SELECT last_id, entries FROM states_journal WHERE execution = ? AND last_id >= ? ORDER BY chunk',
  );
  const last = database.prepare('SELECT max(last_id) AS id FROM states_journal WHERE execution = ?');
  let nextKey = Number(database.prepare('SELECT max(key) AS key FROM states_executions').get()?.['key'] ?? 0) + 1;

  function* lines(key: number, fromId: number): Generator<string> {
    for (const row of chunks.iterate(key, fromId)) yield* (row['entries'] as string).split('\n');
  }

  return {
    add(execution) {
      const key = nextKey++;
      insert.run(key, execution.executionArn, JSON.stringify(execution));
      return key;
    },
    append(execution) {
      append.run(execution.key, execution.entries, execution.stream.nextId - 1, execution.lines.join('\n'));
    },
    setRunning(key, value) {
      setRunning.run(value ? 1 : 0, key);
    },
    running: () => running.all().map((row) => Number(row['key'])),
    find(arn) {
      const key = find.get(arn)?.['key'];
      return key === null || key === undefined ? undefined : Number(key);
    },
    start: (key) => JSON.parse(start.get(key)?.['start'] as string) as ExecutionStart,
    entries: (key) => [...lines(key, 0)].map(parseEntry),
    history(key, options) {
      const events = visibleEvents(lines(key, options.reverse ? 0 : (options.fromId ?? 0)), options);
      return events;
    },
    lastId: (key) => Number(last.get(key)?.['id'] ?? 0),
  };
}

/** `fromId` counts from the oldest event, or from the newest when reversed. */
function visibleEvents(lines: Iterable<string>, options: HistoryOptions): HistoryEvent[] {
  const { fromId = 1, limit = Number.POSITIVE_INFINITY, reverse = false } = options;
  const events: HistoryEvent[] = [];
  for (const line of lines) {
    const { event, extra } = parseEntry(line);
    if (extra.h || event.id === 0) continue;
    if (!reverse && event.id < fromId) continue;
    events.push(event);
    if (!reverse && events.length >= limit) break;
  }
  return reverse ? events.reverse().slice(fromId - 1, fromId - 1 + limit) : events;
}
