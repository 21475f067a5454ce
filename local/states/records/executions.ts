import type { SQLInputValue } from 'node:sqlite';
import type { Store } from '../../kernel/store.ts';
import type { ExecutionOutcome, ExecutionStatus } from '../engine/contract.ts';

/** One execution as the API lists and describes it. Times in milliseconds of the simulated clock. */
export interface ExecutionRecord {
  readonly arn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startDate: number;
  readonly stopDate?: number;
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly revisionId: string;
  readonly stateMachineVersionArn?: string;
  readonly stateMachineAliasArn?: string;
  readonly mapRunArn?: string;
  readonly traceHeader?: string;
  readonly redriveCount: number;
  readonly redriveDate?: number;
  readonly redriveToken?: string;
}

/** Which executions to list: exactly one of machine (or its version or alias) and Map Run. */
export interface ExecutionFilter {
  readonly stateMachineArn?: string;
  readonly stateMachineVersionArn?: string;
  readonly stateMachineAliasArn?: string;
  readonly mapRunArn?: string;
  readonly status?: string;
  readonly redriven?: boolean;
}

/** A place in the listing, newest first. */
export type ListPosition = readonly [startDate: number, sequence: number];

/** The index of executions: durable, and as fast to list with a million entries as with ten. */
export interface Executions {
  add(record: ExecutionRecord): void;
  get(arn: string): ExecutionRecord | undefined;
  end(arn: string, outcome: ExecutionOutcome): void;
  redrive(arn: string, count: number, date: number, token?: string): void;
  list(filter: ExecutionFilter, limit: number, after?: ListPosition): { record: ExecutionRecord; at: ListPosition }[];
  running(stateMachineArn?: string): string[];
  countRunning(): number;
  /** Frees the name of an execution that ended long ago. */
  forget(arn: string): void;
  /** Writes what is not written yet. */
  close(): void;
}

const COLUMNS = {
  stateMachineArn: 'machine',
  name: 'name',
  status: 'status',
  startDate: 'start_date',
  stopDate: 'stop_date',
  input: 'input',
  output: 'output',
  error: 'error',
  cause: 'cause',
  revisionId: 'revision_id',
  stateMachineVersionArn: 'version_arn',
  stateMachineAliasArn: 'alias_arn',
  mapRunArn: 'map_run_arn',
  traceHeader: 'trace_header',
  redriveCount: 'redrive_count',
  redriveDate: 'redrive_date',
  redriveToken: 'redrive_token',
} as const satisfies Partial<Record<keyof ExecutionRecord, string>>;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS states_execution_index (
  sequence INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, machine TEXT NOT NULL, name TEXT NOT NULL,
  status TEXT NOT NULL, start_date REAL NOT NULL, stop_date REAL, input TEXT NOT NULL, output TEXT, error TEXT,
  cause TEXT, revision_id TEXT NOT NULL, version_arn TEXT, alias_arn TEXT, map_run_arn TEXT, trace_header TEXT,
  redrive_count INTEGER NOT NULL, redrive_date REAL, redrive_token TEXT);
CREATE INDEX IF NOT EXISTS states_execution_index_machine ON states_execution_index (machine, start_date, sequence);
CREATE INDEX IF NOT EXISTS states_execution_index_status ON states_execution_index (machine, status, start_date, sequence);
CREATE INDEX IF NOT EXISTS states_execution_index_version ON states_execution_index (version_arn, start_date, sequence) WHERE version_arn IS NOT NULL;
CREATE INDEX IF NOT EXISTS states_execution_index_alias ON states_execution_index (alias_arn, start_date, sequence) WHERE alias_arn IS NOT NULL;
CREATE INDEX IF NOT EXISTS states_execution_index_map_run ON states_execution_index (map_run_arn, start_date, sequence) WHERE map_run_arn IS NOT NULL;
CREATE INDEX IF NOT EXISTS states_execution_index_running ON states_execution_index (machine) WHERE status = 'RUNNING';`;

/** The index of executions in `store`. */
export function openExecutions(store: Store): Executions {
  const database = store.database;
  database.exec(SCHEMA);
  const columns = Object.values(COLUMNS);
  const insert = database.prepare(
    `INSERT INTO states_execution_index (arn, ${columns.join(', ')}) VALUES (?, ${columns.map(() => '?').join(', ')})`,
  );
  const select = database.prepare('SELECT * FROM states_execution_index WHERE arn = ?');
  const end = database.prepare(
    "UPDATE states_execution_index SET status = ?, stop_date = ?, output = ?, error = ?, cause = ? WHERE arn = ? AND status = 'RUNNING'",
  );
  const redrive = database.prepare(
    `UPDATE states_execution_index SET status = 'RUNNING', stop_date = NULL, output = NULL, error = NULL, cause = NULL,
     redrive_count = ?, redrive_date = ?, redrive_token = ? WHERE arn = ?`,
  );
  const remove = database.prepare('DELETE FROM states_execution_index WHERE arn = ?');
  const running = database.prepare("SELECT arn FROM states_execution_index WHERE status = 'RUNNING' ORDER BY sequence");
  const runningOf = database.prepare(
    "SELECT arn FROM states_execution_index WHERE status = 'RUNNING' AND machine = ? ORDER BY sequence",
  );
  // Counted once: every StartExecution asks.
  const count = database.prepare("SELECT count(*) AS size FROM states_execution_index WHERE status = 'RUNNING'");
  let open = Number(count.get()?.['size']);

  // Ends are written in groups: until then a crash loses nothing, since the journal has them (see `repairIndex`).
  let ends = new Map<string, ExecutionOutcome>();
  const writeEnds = () => {
    if (ends.size === 0) return;
    const due = ends;
    ends = new Map();
    store.transaction(() => {
      for (const [arn, { status, stopTime, output, error, cause }] of due) {
        const { changes } = end.run(status, stopTime, output ?? null, error ?? null, cause ?? null, arn);
        open -= Number(changes);
      }
    });
  };

  return {
    add(record) {
      const values = Object.keys(COLUMNS).map((key) => record[key as keyof typeof COLUMNS] ?? null);
      insert.run(record.arn, ...values);
      open++;
    },
    get(arn) {
      writeEnds();
      const row = select.get(arn);
      return row && toRecord(row);
    },
    end(arn, outcome) {
      if (ends.size === 0) setImmediate(writeEnds);
      ends.set(arn, outcome);
    },
    redrive(arn, redriveCount, date, token) {
      writeEnds();
      redrive.run(redriveCount, date, token ?? null, arn);
      open++;
    },
    list(filter, limit, after) {
      writeEnds();
      const { sql, values } = listQuery(filter, limit, after);
      const rows = database.prepare(sql).all(...values);
      return rows.map((row) => ({ record: toRecord(row), at: [Number(row['start_date']), Number(row['sequence'])] }));
    },
    running(stateMachineArn) {
      writeEnds();
      const rows = stateMachineArn === undefined ? running.all() : runningOf.all(stateMachineArn);
      return rows.map((row) => String(row['arn']));
    },
    countRunning: () => open - ends.size,
    forget(arn) {
      remove.run(arn);
    },
    close: writeEnds,
  };
}

function listQuery(filter: ExecutionFilter, limit: number, after?: ListPosition) {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  const equal = (column: string, value: string | undefined) => {
    if (value === undefined) return;
    conditions.push(`${column} = ?`);
    values.push(value);
  };
  equal('machine', filter.stateMachineArn);
  equal('version_arn', filter.stateMachineVersionArn);
  equal('alias_arn', filter.stateMachineAliasArn);
  equal('map_run_arn', filter.mapRunArn);
  equal('status', filter.status);
  if (filter.redriven !== undefined) conditions.push(filter.redriven ? 'redrive_count > 0' : 'redrive_count = 0');
  if (after) {
    conditions.push('(start_date, sequence) < (?, ?)');
    values.push(...after);
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  values.push(limit);
  return {
    sql: `SELECT * FROM states_execution_index ${where} ORDER BY start_date DESC, sequence DESC LIMIT ?`,
    values,
  };
}

function toRecord(row: Record<string, unknown>): ExecutionRecord {
  const record: Record<string, unknown> = { arn: row['arn'] };
  for (const [key, column] of Object.entries(COLUMNS)) {
    if (row[column] !== null) record[key] = row[column];
  }
  return record as unknown as ExecutionRecord;
}
