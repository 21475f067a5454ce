import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockState } from './state-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'state-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('refuses a folder that is in use, names the process, and is free after the release', () => {
  const release = lockState(folder);
  expect(() => lockState(folder)).toThrow(`in use by process ${process.pid}. Stop that one first`);
  release();
  lockState(folder)();
});

it('is free again after the process that held it was killed', async () => {
  const module = new URL('./state-lock.ts', import.meta.url).href;
  const program = `const { lockState } = await import(${JSON.stringify(module)}); lockState(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  expect(() => lockState(folder)).toThrow(`in use by process ${holder.pid}`);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  lockState(folder)();
});
