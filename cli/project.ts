import { homedir } from 'node:os';
import { join } from 'node:path';

/** Root of the project. */
export const projectRoot = join(import.meta.dirname, '..');

/** Where built things that outlive a checkout are kept. https://specifications.freedesktop.org/basedir-spec/latest/ */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tenantry');
}
