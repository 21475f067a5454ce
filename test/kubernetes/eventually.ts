import { setTimeout as pause } from 'node:timers/promises';

/**
 * Tries until it works, every 50 ms: API server and controllers are processes of their own, with no clock of ours.
 * Throws the last error after `seconds`.
 */
export async function eventually<T>(attempt: () => Promise<T>, seconds = 30): Promise<T> {
  const end = performance.now() + seconds * 1_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > end) throw error;
      await pause(50);
    }
  }
}
