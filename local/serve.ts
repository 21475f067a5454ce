import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { RunningOptions } from './eks/local-control-planes.ts';
import { type LocalCloud, SERVICE_NAMES, startLocalCloud } from './local-cloud.ts';
import type { InitialOrganization } from './organizations/options.ts';

const USAGE = `Serves the bare local cloud on 127.0.0.1 for any AWS SDK, CLI or tool.

  npm run local -- [--port N] [--services a,b] [--state FOLDER] [--clock real|jump|xN]
                   [--organization ID[,ID...]] [--control-planes N] [--pause-after MINUTES] [--verbose]

  --port       port on 127.0.0.1 (default 4566)
  --services   of: ${SERVICE_NAMES.join(', ')} (default: all)
  --state      folder that keeps the state over restarts (default: in memory)
  --clock      real; jump (leaps to the next timer when nothing is in progress); x60 (sixty times as fast)
  --organization  starts with an organization: its management account, then its members (account ids)
  --control-planes  how many clusters run at once (default: as many as fit in half of the free memory, 400 MiB each);
                    idle ones make room for others
  --pause-after  real minutes without a connection after which a cluster is paused (default 5; 0: never)`;

/** A command line that cannot be followed: one clear line, exit code 2. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4566' },
      services: { type: 'string' },
      state: { type: 'string' },
      clock: { type: 'string', default: 'real' },
      organization: { type: 'string' },
      'control-planes': { type: 'string' },
      'pause-after': { type: 'string' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  if (values.state) mkdirSync(values.state, { recursive: true });
  const local = await startLocalCloud({
    port: parsePort(values.port),
    clock: parseClock(values.clock),
    ...(values.services && { services: values.services.split(',').map((name) => name.trim()) }),
    ...(values.state && { state: values.state }),
    serviceOptions: {
      ...(values.organization && { organizations: { organization: parseOrganization(values.organization) } }),
      eks: runningOptions(values['control-planes'], values['pause-after']),
    },
    log: (level, message, fields) => {
      if (values.verbose || level === 'warn' || level === 'error')
        console.error(JSON.stringify({ level, message, ...fields }));
    },
  });
  console.log(`local cloud on ${local.endpoint} (${[...local.cloud.services.keys()].join(', ')})`);
  stopOnSignal(local);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError(`--port ${text}: not a port number (0 to 65535)`);
  return port;
}

function parseClock(text: string): 'real' | 'jump' | number {
  if (text === 'real' || text === 'jump') return text;
  const factor = Number(text.match(/^x(\d+(?:\.\d+)?)$/)?.[1]);
  if (!(factor > 0)) throw new UsageError(`--clock ${text}: not one of real, jump, xN (such as x60)`);
  return factor;
}

function parseOrganization(text: string): InitialOrganization {
  const [managementAccountId = '', ...members] = text.split(',').map((id) => id.trim());
  if (![managementAccountId, ...members].every((id) => /^\d{12}$/.test(id)))
    throw new UsageError(`--organization ${text}: not account ids of 12 digits, separated by commas`);
  return { managementAccountId, members };
}

function runningOptions(controlPlanes: string | undefined, pauseAfter: string | undefined): RunningOptions {
  const most = Number(controlPlanes ?? 1);
  if (!Number.isInteger(most) || most < 1)
    throw new UsageError(`--control-planes ${controlPlanes}: not a number of clusters (1 or more)`);
  const minutes = Number(pauseAfter ?? 0);
  if (!(minutes >= 0)) throw new UsageError(`--pause-after ${pauseAfter}: not a number of minutes (0 for never)`);
  return {
    ...(controlPlanes !== undefined && { mostControlPlanes: most }),
    ...(pauseAfter !== undefined && { pauseAfterMinutes: minutes }),
  };
}

function stopOnSignal(local: LocalCloud): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      void local.stop().then(() => process.exit(0));
    });
  }
}

try {
  await main();
} catch (error) {
  console.error(explain(error));
  process.exit(error instanceof UsageError ? 2 : 1);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return `the port is taken: ${error.message}; stop the other program or choose one with --port N`;
  if (code === 'ENOSPC')
    return `the disk is full: ${error.message}; make room or choose another folder with --state FOLDER`;
  if (code === 'EACCES' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST')
    return `cannot use the folder: ${error.message}; choose one of your own with --state FOLDER`;
  return error.message;
}
