import { existsSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { lockState } from '../../local/kernel/state-lock.ts';

export interface PreflightOptions {
  port: number;
  state: string;
  /** Remove the state first. */
  fresh: boolean;
}

/**
 * What would stop the local cloud is found before the long work of building begins. Throws the listen error of a taken
 * port, an Error that names the process which uses the state folder, and the file system's own error for a folder that cannot be
 * made or written.
 */
export async function preflight({ port, state, fresh }: PreflightOptions): Promise<void> {
  await listenOnce(port);
  // A running local cloud must not lose its state, so the claim comes before the removal.
  lockState(state)();
  if (fresh) removeState(state);
}

/** Throws an Error for a folder that holds other things than a state: a mistyped `--state` must not cost a home folder. */
function removeState(folder: string): void {
  const own = ['lock.sqlite', 'owner'];
  const others = readdirSync(folder).filter((name) => !own.includes(name));
  if (others.length > 0 && !existsSync(join(folder, 'state.sqlite')))
    throw new Error(
      `--fresh would remove ${folder}, which holds no state of a local cloud (no state.sqlite). Choose another folder with --state FOLDER, or remove it yourself.`,
    );
  rmSync(folder, { recursive: true, force: true });
}

function listenOnce(port: number): Promise<void> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
  });
}
