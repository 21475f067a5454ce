import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Claims the state folder for this process: two local clouds on one state would each resume what is in progress. The
 * operating system gives the claim back when the process ends, however it ends. Throws an Error that names the process
 * which holds it. Call the result to release it.
 */
export function lockState(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const owner = join(folder, 'owner');
  const lock = new DatabaseSync(join(folder, 'lock.sqlite'));
  try {
    // No write-ahead log: with it other processes could still read, and the claim would be of no use.
    lock.exec('PRAGMA busy_timeout=500; PRAGMA journal_mode=DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new Error(
      `The state folder ${folder} is in use by ${ownerOf(owner)}. Stop that one first, or choose another folder with --state FOLDER.`,
      { cause: error },
    );
  }
  writeFileSync(owner, String(process.pid));
  return () => {
    rmSync(owner, { force: true });
    lock.close();
  };
}

/** https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

function ownerOf(file: string): string {
  try {
    return `process ${readFileSync(file, 'utf8')}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return 'another process';
  }
}
