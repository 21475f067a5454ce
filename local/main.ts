/**
 * `npm run local`: compiled code is kept over runs, so that all but the first start in half the time. It has to be so
 * before anything else is loaded; the program itself is in `serve.ts`.
 */
import { enableCompileCache, flushCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

enableCompileCache(join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tenantry', 'compiled'));
await import('./serve.ts');
// A process that is killed writes nothing when it ends; the first requests come first.
setTimeout(flushCompileCache, 1_000).unref();
