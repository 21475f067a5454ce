import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { ACCOUNT, REGION } from './clients.ts';

const main = join(import.meta.dirname, '../../../cli/main.ts');

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Environment of a shell in which `eval "$(tenantry env)"` was run for this endpoint. */
export function shellFor(endpoint: string): Record<string, string> {
  const { AWS_PROFILE: _profile, ...environment } = process.env as Record<string, string>;
  return {
    ...environment,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: ACCOUNT,
    AWS_SECRET_ACCESS_KEY: 'local',
  };
}

/** Runs `tenantry` with these arguments against an endpoint. */
export function tenantry(endpoint: string, ...args: string[]): Promise<CommandResult> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', main, ...args],
      { env: shellFor(endpoint), maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    );
  });
}
