import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const MINISTACK = '1.5.33';
export const AWS_LOCAL_STEPFUNCTIONS = '3.0.0';

const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'tenantry', 'bench-states');

/** Folder with aws-local-stepfunctions, installed on first use. */
export function installAwsLocalStepFunctions(): string {
  const folder = join(cache, `aws-local-stepfunctions-${AWS_LOCAL_STEPFUNCTIONS}`);
  if (existsSync(join(folder, 'node_modules'))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  install('npm', ['install', '--no-audit', '--no-fund', `aws-local-stepfunctions@${AWS_LOCAL_STEPFUNCTIONS}`], folder);
  return folder;
}

/** Virtual environment with MiniStack, made on first use. Needs python3 with venv. */
export function installMiniStack(): string {
  const folder = join(cache, `ministack-${MINISTACK}`);
  if (existsSync(join(folder, 'bin', 'ministack'))) return folder;
  mkdirSync(cache, { recursive: true });
  install('python3', ['-m', 'venv', folder], cache);
  install(join(folder, 'bin', 'pip'), ['install', '--quiet', `ministack==${MINISTACK}`], cache);
  return folder;
}

function install(command: string, args: string[], cwd: string): void {
  console.error(`installing: ${command} ${args.join(' ')}`);
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}
