import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { SFNClient } from '@aws-sdk/client-sfn';

const MAIN = new URL('../../../local/main.ts', import.meta.url).pathname;

/** A local cloud in a process of its own, with a client that tries every call once. */
export interface ServedCloud {
  readonly client: SFNClient;
  /** As `kill -9`: the process gets no chance to write anything. */
  kill(): Promise<void>;
}

/** Starts `npm run local -- --services states,events --state FOLDER` on a free port. */
export async function serveCloud(state: string): Promise<ServedCloud> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', MAIN, '--services', 'states,events', '--port', '0', '--state', state],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const client = new SFNClient({
    endpoint: await endpointOf(child),
    region: 'us-east-1',
    credentials: { accessKeyId: '111111111111', secretAccessKey: 'any' },
    maxAttempts: 1,
  });
  return {
    client,
    async kill() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      client.destroy();
    },
  };
}

function endpointOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      const match = /local cloud on (\S+)/.exec(text);
      if (match?.[1]) resolve(match[1]);
    });
    child.once('exit', (code) => reject(new Error(`the local cloud ended with ${code} before it served`)));
  });
}
