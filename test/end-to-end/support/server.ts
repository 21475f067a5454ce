import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { writeConfiguration } from './configuration.ts';

const projectRoot = join(import.meta.dirname, '../../..');
const RECENT_LINES = 40;

/** The product serving on a local cloud of its own, in a process of its own. */
export interface Server {
  readonly endpoint: string;
  readonly port: number;
  /** Asks it to stop, as Ctrl-C does, and waits until it has. The exit code. */
  stop(): Promise<number | null>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Whether it still runs. */
  alive(): boolean;
}

/**
 * Starts `tenantry up` on a free port (or the given one), with the tiers of the tests and other settings, and resolves when it serves: the
 * templates are deployed. The folder of the state is there. Throws an Error with its last lines when it ends before.
 */
export async function startServer(options: {
  state: string;
  port?: number;
  clock?: string;
  settings?: object;
}): Promise<Server> {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(projectRoot, 'cli/main.ts'),
      'up',
      '--port',
      String(options.port ?? 0),
      '--state',
      options.state,
      '--clock',
      options.clock ?? 'jump',
      '--config',
      writeConfiguration(options.state, options.settings),
    ],
    { cwd: projectRoot, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const endpoint = await serving(child, exit);
  return {
    endpoint,
    port: Number(new URL(endpoint).port),
    alive: () => child.exitCode === null && child.signalCode === null,
    async stop() {
      child.kill('SIGTERM');
      return (await exit)[0];
    },
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

async function serving(child: ChildProcess, exit: Promise<unknown>): Promise<string> {
  const recent: string[] = [];
  const keep = (line: string) => {
    recent.push(line);
    if (recent.length > RECENT_LINES) recent.shift();
  };
  const ready = new Promise<string>((resolve) => {
    let endpoint = '';
    if (!child.stdout || !child.stderr) return;
    createInterface({ input: child.stderr }).on('line', keep);
    createInterface({ input: child.stdout }).on('line', (line) => {
      keep(line);
      endpoint = line.match(/local cloud on (http:\S+)/)?.[1] ?? endpoint;
      if (line.includes('serving until')) resolve(endpoint);
    });
  });
  const ended = exit.then(() => {
    throw new Error(`tenantry up ended before it served:\n${recent.join('\n')}`);
  });
  return Promise.race([ready, ended]);
}
