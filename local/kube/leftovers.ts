import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processStart } from './process-identity.ts';

interface ProcessRecord {
  pid: number;
  start?: string;
}

/**
 * Ends the processes that an earlier run recorded in `folder` and that still run, and waits until they are gone. A record
 * whose pid now belongs to another process (another start time) is only removed.
 */
export async function endLeftovers(folder: string): Promise<number> {
  if (!existsSync(folder)) return 0;
  const records = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name));
  const ended = await Promise.all(records.map(endLeftover));
  return ended.filter(Boolean).length;
}

async function endLeftover(file: string): Promise<boolean> {
  const record = readRecord(file);
  const runs = record !== undefined && isSame(record);
  if (runs) {
    process.kill(record.pid, 'SIGKILL');
    while (isSame(record)) await delay(10);
  }
  rmSync(file, { force: true });
  return runs;
}

/** Whether the recorded process is the one that now has its pid. */
export function isSame(record: ProcessRecord): boolean {
  return record.start !== undefined && processStart(record.pid) === record.start;
}

/** `undefined` for a record that was cut off while it was written. */
export function readRecord<T = ProcessRecord>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
