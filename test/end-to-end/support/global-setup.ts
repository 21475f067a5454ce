import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { connect } from './clients.ts';
import { connectProductBackend, exports, tierChanges } from './product-backend.ts';
import { startServer } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Endpoints of the local clouds that the files of `test/end-to-end` share: one for each worker. */
    endpoints: string[];
  }
}

/**
 * A local cloud with the product on it for each worker, which all its files share: starting one takes longer than most of them, and
 * files that compare the world before and after cannot have one at the same time. `TENANTRY_ENDPOINT` names one that serves already,
 * for trying single files.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const serving = process.env['TENANTRY_ENDPOINT'];
  if (serving) {
    project.provide('endpoints', [serving]);
    return async () => undefined;
  }
  const clouds = await Promise.all(Array.from({ length: project.config.maxWorkers }, startCloud));
  project.provide(
    'endpoints',
    clouds.map(({ endpoint }) => endpoint),
  );
  return async () => {
    await Promise.all(clouds.map(({ stop }) => stop()));
  };
}

async function startCloud(): Promise<{ endpoint: string; stop(): Promise<void> }> {
  const state = mkdtempSync(join(tmpdir(), 'tenantry-end-to-end-'));
  const server = await startServer({ state, settings: { tierChanges, export: exports } });
  // Every move and every deletion waits for the product's answer.
  await connectProductBackend(connect(server.endpoint));
  return {
    endpoint: server.endpoint,
    async stop() {
      await server.stop();
      rmSync(state, { recursive: true, force: true });
    },
  };
}
