import type { Store } from '../../kernel/store.ts';

/** Whose task a token stands for. */
export interface TaskToken {
  readonly stateMachineArn: string;
  /** An activity task was handed to a worker: it must not be handed out again after a restart. */
  readonly taken: boolean;
}

/** Task tokens ever given out; SendTask* is authorized on the state machine the task belongs to. */
export interface TaskTokens {
  get(token: string): TaskToken | undefined;
  add(token: string, stateMachineArn: string): void;
  markTaken(token: string): void;
}

/** The task tokens in `store`. */
export function openTaskTokens(store: Store): TaskTokens {
  store.database.exec(`CREATE TABLE IF NOT EXISTS states_task_tokens
    (token TEXT PRIMARY KEY, machine TEXT NOT NULL, taken INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID`);
  const select = store.database.prepare('SELECT machine, taken FROM states_task_tokens WHERE token = ?');
  const insert = store.database.prepare('INSERT OR IGNORE INTO states_task_tokens (token, machine) VALUES (?, ?)');
  const take = store.database.prepare('UPDATE states_task_tokens SET taken = 1 WHERE token = ?');
  return {
    get(token) {
      const row = select.get(token);
      return row && { stateMachineArn: String(row['machine']), taken: row['taken'] === 1 };
    },
    add(token, stateMachineArn) {
      insert.run(token, stateMachineArn);
    },
    markTaken(token) {
      take.run(token);
    },
  };
}
