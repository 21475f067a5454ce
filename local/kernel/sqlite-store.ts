import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Collection, Store } from './store.ts';

/**
 * Opens (or makes) the durable state in `folder`, or a throw-away one with `:memory:`.
 *
 * Write-ahead log with `synchronous=OFF`: a write is with the operating system when the call returns, so it outlives
 * `kill -9`. It need not outlive a power cut: this is a local simulation.
 */
export function openStore(folder: string): Store {
  const inMemory = folder === ':memory:';
  if (!inMemory) mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(inMemory ? ':memory:' : join(folder, 'state.sqlite'));
  database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY; PRAGMA busy_timeout=5000');
  database.exec(
    'CREATE TABLE IF NOT EXISTS documents (collection TEXT, key TEXT, value TEXT, PRIMARY KEY (collection, key)) WITHOUT ROWID',
  );
  const collections = new Map<string, Collection<unknown>>();
  let temporary: string | undefined;
  let depth = 0;

  return {
    database,
    collection<T>(name: string): Collection<T> {
      const known = collections.get(name) ?? openCollection(database, name);
      collections.set(name, known);
      return known as Collection<T>;
    },
    transaction(work) {
      if (depth > 0) return work();
      database.exec('BEGIN');
      depth++;
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        database.exec('ROLLBACK');
        collections.clear();
        throw error;
      } finally {
        depth--;
      }
    },
    folder(name) {
      if (inMemory) temporary ??= mkdtempSync(join(tmpdir(), 'local-cloud-'));
      const path = join(temporary ?? folder, name);
      mkdirSync(path, { recursive: true });
      return path;
    },
    close() {
      database.close();
      if (temporary) rmSync(temporary, { recursive: true, force: true });
    },
  };
}

function openCollection(database: DatabaseSync, name: string): Collection<unknown> {
  const get = database.prepare('SELECT value FROM documents WHERE collection = ? AND key = ?');
  const put = database.prepare('INSERT OR REPLACE INTO documents (collection, key, value) VALUES (?, ?, ?)');
  const remove = database.prepare('DELETE FROM documents WHERE collection = ? AND key = ?');
  const list = database.prepare(
    'SELECT key, value FROM documents WHERE collection = ? AND key >= ? AND key < ? ORDER BY key',
  );
  const all = database.prepare('SELECT key, value FROM documents WHERE collection = ? ORDER BY key');
  const count = database.prepare('SELECT count(*) AS size FROM documents WHERE collection = ?');
  return {
    get(key) {
      const row = get.get(name, key);
      return row === undefined ? undefined : JSON.parse(row['value'] as string);
    },
    put(key, value) {
      put.run(name, key, JSON.stringify(value));
    },
    delete(key) {
      return remove.run(name, key).changes > 0;
    },
    entries(prefix = '') {
      // U+10FFFF sorts after every character a key may continue with.
      const rows = prefix === '' ? all.all(name) : list.all(name, prefix, `${prefix}\u{10FFFF}`);
      return rows.map((row) => [row['key'] as string, JSON.parse(row['value'] as string)]);
    },
    size() {
      return Number(count.get(name)?.['size']);
    },
  };
}
