import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSame, readRecord } from './leftovers.ts';
import { processStart } from './process-identity.ts';

/**
 * Claims the folder for this process, so that no other run ends our processes as its leftovers. Throws, with the pid, while
 * another living process holds it; the claim of a dead one counts for nothing. Call the result to release it.
 */
export function claimFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'owner.json');
  const owner = readRecord(file);
  if (owner && owner.pid !== process.pid && isSame(owner))
    throw new Error(
      `The state folder ${folder} is in use by process ${owner.pid}. Stop that one first, or choose another folder.`,
    );
  writeFileSync(file, JSON.stringify({ pid: process.pid, start: processStart(process.pid) }));
  return () => rmSync(file, { force: true });
}
