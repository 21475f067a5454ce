#!/usr/bin/env node
// Runs the command line on the Node that comes with the package: its sources are TypeScript, which older ones cannot run.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(realpathSync(fileURLToPath(import.meta.url)));
const bundled = join(folder, '../node_modules/node/bin/node');
const node = existsSync(bundled) ? bundled : process.execPath;
const child = spawn(
  node,
  ['--disable-warning=ExperimentalWarning', join(folder, 'main.ts'), ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(`tenantry: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
