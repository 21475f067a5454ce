import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { type BusEvent, connectQueue, drain } from './support/bus-listener.ts';
import { type Clients, connect } from './support/clients.ts';
import { eventually } from './support/eventually.ts';
import { billedTransitions, onboardings } from './support/executions.ts';
import { createTenant, freshTenant } from './support/product.ts';
import { ledger, registered } from './support/registry.ts';
import { seededRandom } from './support/seeded-random.ts';
import { type Server, startServer } from './support/server.ts';

const KILLS = 3;
const TENANTS = 6;
/** From the first event on, an onboarding is under way for about this long. */
const LATEST_KILL_MILLISECONDS = 2_500;

const state = mkdtempSync(join(tmpdir(), 'tenantry-crash-'));
let server: Server | undefined;

afterAll(async () => {
  if (server?.alive()) await server.stop();
  rmSync(state, { recursive: true, force: true });
});

/** States of the tenants that are not READY yet. */
async function unready(clients: Clients, tenants: readonly string[]): Promise<string[]> {
  const records = await Promise.all(tenants.map((tenant) => registered(clients, tenant)));
  return records.map((record) => String(record?.['state'])).filter((each) => each !== 'READY');
}

it('kill -9 at random moments loses no tenant and announces none twice', async () => {
  const seed = Number(process.env['TENANTRY_SEED'] ?? randomInt(2 ** 31));
  const random = seededRandom(seed);
  console.log(`seed ${seed} (TENANTRY_SEED repeats it)`);
  const tenants = Array.from({ length: TENANTS }, () => freshTenant('crash'));

  server = await startServer({ state });
  const { port } = server;
  const clients = connect(server.endpoint);
  const queueUrl = await connectQueue(clients, 'crash-witness');
  await Promise.all(tenants.map((tenant) => createTenant(clients, tenant)));
  for (let kill = 0; kill < KILLS; kill++) {
    await pause(random() * LATEST_KILL_MILLISECONDS);
    await server.kill();
    server = await startServer({ state, port });
  }

  await eventually(`all tenants (seed ${seed})`, async () =>
    (await unready(clients, tenants)).length === 0 ? true : undefined,
  );
  const heard: BusEvent[] = [];
  await eventually(`every TenantReady (seed ${seed})`, async () => {
    heard.push(...(await drain<BusEvent>(clients, queueUrl)));
    return new Set(heard.map((event) => event.detail.data.tenantId)).size === TENANTS ? true : undefined;
  });
  expect(new Set(heard.map((event) => event['detail-type']))).toEqual(new Set(['TenantReady']));
  // Delivery is at least once; what counts is that it is one and the same event.
  const ids = new Set(heard.map((event) => `${event.detail.data.tenantId} ${event.detail.metadata.id}`));
  expect(ids.size).toBe(TENANTS);
  for (const tenant of tenants) {
    // A tenant is READY, and announced, before its execution has left the gate.
    const executions = await eventually(`the end of ${tenant} (seed ${seed})`, async () => {
      const found = await onboardings(clients, tenant);
      return found.some(({ status }) => status === 'RUNNING') ? undefined : found;
    });
    expect(executions.map(({ status }) => status)).toEqual(['SUCCEEDED']);
    expect(new Set(Object.values(await ledger(clients, tenant)))).toEqual(new Set(['CREATED']));
    expect(await billedTransitions(clients, executions[0]?.arn ?? '')).toBeLessThanOrEqual(50);
  }
}, 240_000);
