/**
 * Writes everything that is generated from a source of truth: `node scripts/generate.ts`. With `--check` it writes
 * nothing and fails when a file differs from what would be written.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { generatedAsyncApi } from './generated/asyncapi.ts';
import { generatedDiagrams } from './generated/diagrams.ts';
import { generatedSchemas } from './generated/schemas.ts';

const check = process.argv.includes('--check');
const stale: string[] = [];

for (const [path, content] of [...generatedSchemas(), ...generatedAsyncApi(), ...generatedDiagrams()]) {
  if (read(path) === content) continue;
  stale.push(path);
  if (check) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  console.log(`wrote ${path}`);
}

if (check && stale.length > 0) {
  console.error(`out of date: ${stale.join(', ')}; run "npm run generate" and commit the result`);
  process.exit(1);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
