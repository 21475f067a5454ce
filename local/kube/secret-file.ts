import { writeFileSync } from 'node:fs';

/** Writes a file only its owner may read, and returns its path. */
export function writeSecret(path: string, content: string): string {
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}
