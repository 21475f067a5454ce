import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { connect } from './clients.ts';
import { connectProductBackend, exports, tierChanges } from './product-backend.ts';
import { startServer } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Endpoint of the local cloud that the files of `test/end-to-end` share. */
    endpoint: string;
  }
}

/**
 * One local cloud with the product on it for all files: starting it takes longer than most of them. `TENANTRY_ENDPOINT`
 * names one that serves already, for trying single files.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const serving = process.env['TENANTRY_ENDPOINT'];
  if (serving) {
    project.provide('endpoint', serving);
    return async () => undefined;
  }
  const state = mkdtempSync(join(tmpdir(), 'tenantry-end-to-end-'));
  const server = await startServer({ state, settings: { tierChanges, export: exports } });
  // Every move and every deletion waits for the product's answer.
  await connectProductBackend(connect(server.endpoint));
  project.provide('endpoint', server.endpoint);
  return async () => {
    await server.stop();
    rmSync(state, { recursive: true, force: true });
  };
}
