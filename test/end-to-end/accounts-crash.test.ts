import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { AccountState } from '../../tenancy/accounts/account.ts';
import { accountRecords, creationRequests, namedAccount, unitOf } from './support/accounts.ts';
import { connect } from './support/clients.ts';
import { eventually } from './support/eventually.ts';
import { onboardings } from './support/executions.ts';
import { createPlus } from './support/placements.ts';
import { freshTenant } from './support/product.ts';
import { ledger, registered } from './support/registry.ts';
import { type Server, startServer } from './support/server.ts';

/** What stands in the record of the account when everything dies: AWS works on it, then it is being prepared. */
const MOMENTS: readonly AccountState[] = ['REQUESTED', 'VENDED'];

const state = mkdtempSync(join(tmpdir(), 'tenantry-accounts-crash-'));
let server: Server | undefined;

afterAll(async () => {
  if (server?.alive()) await server.stop();
  rmSync(state, { recursive: true, force: true });
});

it('kill -9 in the middle of vending: it goes on, and the tenant has one account that was asked for once', async () => {
  const tenant = freshTenant('crash');
  server = await startServer({ state });
  const { port, endpoint } = server;
  const clients = connect(endpoint);
  await createPlus(clients, tenant);
  for (const moment of MOMENTS) {
    await eventually(`an account that is ${moment}`, async () =>
      (await namedAccount(clients, tenant))?.state === moment ? true : undefined,
    );
    await server.kill();
    server = await startServer({ state, port });
  }

  await eventually('the tenant', async () =>
    (await registered(clients, tenant))?.['state'] === 'READY' ? true : undefined,
  );
  const account = await namedAccount(clients, tenant);
  expect(account).toMatchObject({ state: 'CLAIMED', tenantId: tenant });
  expect((await creationRequests(endpoint)).get(account?.accountName ?? '')).toMatchObject([{ State: 'SUCCEEDED' }]);
  expect(await unitOf(endpoint, account?.accountId ?? '')).toBe('Tenants');
  expect((await accountRecords(clients)).filter(({ tenantId }) => tenantId === tenant)).toHaveLength(1);
  expect(new Set(Object.values(await ledger(clients, tenant)))).toEqual(new Set(['CREATED']));
  expect(await onboardings(clients, tenant)).toHaveLength(1);
}, 240_000);
