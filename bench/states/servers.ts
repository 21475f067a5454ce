import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_TIME = 30_000;

/** The local cloud with Step Functions alone, as `npm run local -- --services states` starts it. */
export function launchLocalCloud() {
  const main = join(import.meta.dirname, '..', '..', 'local', 'main.ts');
  return launch((port) => spawn(process.execPath, [main, '--services', 'states', '--port', String(port)], quiet()));
}

/** MiniStack from its virtual environment. */
export function launchMiniStack(environment: string) {
  return launch((port) =>
    spawn(join(environment, 'bin', 'ministack'), [], quiet({ GATEWAY_PORT: String(port), BIND_HOST: '127.0.0.1' })),
  );
}

function quiet(environment: Record<string, string> = {}) {
  return {
    stdio: 'ignore' as const,
    env: { ...process.env, ...environment },
  };
}

async function launch(start: (port: number) => ChildProcess) {
  const port = await freePort();
  const child = start(port);
  const exited = once(child, 'exit');
  const deadline = Date.now() + START_TIME;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`no server came up on port ${port}`);
    await sleep(10);
  }
  return {
    port,
    processId: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      await Promise.race([exited, sleep(5000).then(() => child.kill('SIGKILL'))]);
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
