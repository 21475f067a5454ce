import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isSame, readRecord } from './leftovers.ts';
import { processStart } from './process-identity.ts';

const LOOK_AGAIN = 500;
const PROGRESS_INTERVAL = 10_000;

/**
 * Runs `work` while holding the lock file. Waits while another living process holds it, saying so; the lock of a process
 * that died counts for nothing. The lock saves double work only: two builds at once would not harm each other.
 */
export async function withBuildLock<T>(
  file: string,
  what: string,
  progress: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  let saidAt = 0;
  while (!take(file)) {
    const holder = readRecord(file);
    if (!holder || !isSame(holder)) {
      rmSync(file, { force: true });
      continue;
    }
    if (Date.now() - saidAt >= PROGRESS_INTERVAL) {
      saidAt = Date.now();
      progress(`Process ${holder.pid} is building ${what}; waiting for it`);
    }
    await delay(LOOK_AGAIN);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file: string): boolean {
  try {
    writeFileSync(file, JSON.stringify({ pid: process.pid, start: processStart(process.pid) }), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
