import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MILLISECONDS = 50;
const DEADLINE_MILLISECONDS = 60_000;

/** Looks until there is an answer. The local cloud is another process: its clock is not ours to move. Throws an Error naming `what` when none comes. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + DEADLINE_MILLISECONDS;
  for (;;) {
    const answer = await look();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await pause(LOOK_EVERY_MILLISECONDS);
  }
}
