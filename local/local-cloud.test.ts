import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SERVICE_NAMES, startLocalCloud } from './local-cloud.ts';

const STATES_ONLY = { port: 0, services: ['states', 'events'] };

it('has clusters run again before functions, executions and deliveries go on', () => {
  const order = ['eks', 'lambda', 'states', 'events', 'scheduler'];
  expect(SERVICE_NAMES.filter((name) => order.includes(name))).toEqual(order);
});

it('refuses a second local cloud on the same state, and takes the folder over when the first has stopped', async () => {
  const state = mkdtempSync(join(tmpdir(), 'local-cloud-test-'));
  try {
    const first = await startLocalCloud({ ...STATES_ONLY, state });
    await expect(startLocalCloud({ ...STATES_ONLY, state })).rejects.toThrow('is in use by process');
    // A taken port must not keep the folder either.
    await first.stop();
    const holder = await startLocalCloud(STATES_ONLY);
    await expect(startLocalCloud({ ...STATES_ONLY, port: holder.port, state })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await (await startLocalCloud({ ...STATES_ONLY, state })).stop();
    await holder.stop();
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
});

it('names the services there are for one that it does not know', async () => {
  await expect(startLocalCloud({ services: ['states', 'nope'] })).rejects.toThrow(/unknown service "nope".*states/);
});
