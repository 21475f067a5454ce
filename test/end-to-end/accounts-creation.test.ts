import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Account } from '../../tenancy/accounts/account.ts';
import {
  accountOf,
  accountRecords,
  type CreationFault,
  clearCreationFaults,
  creationRequests,
  creationsPaused,
  holdPool,
  injectCreationFault,
  namedAccount,
} from './support/accounts.ts';
import { type BusListener, listen } from './support/bus-listener.ts';
import { connect } from './support/clients.ts';
import { tenantry } from './support/command-line.ts';
import { endpoint } from './support/endpoint.ts';
import { eventually } from './support/eventually.ts';
import { currentState } from './support/executions.ts';
import { clearFaults, type Fault, injectFault, pendingFaults } from './support/faults.ts';
import { createPlus } from './support/placements.ts';
import { freshTenant } from './support/product.ts';
import { ledger, registered } from './support/registry.ts';

const clients = connect(endpoint);
let bus: BusListener;
let refillPool: () => Promise<void>;
const slow = freshTenant('slow');

beforeAll(async () => {
  bus = await listen(clients);
  refillPool = await holdPool(clients);
  await askedFor(slow, { kind: 'slow-creation', seconds: 3_600 });
});
afterAll(async () => {
  await Promise.all([clearFaults(endpoint), clearCreationFaults(endpoint)]);
  await refillPool();
  await bus.close();
});

/** A tenant whose account is asked for while the fault waits for it: its record once AWS has the request. */
async function askedFor(tenant: string, fault: CreationFault): Promise<Account> {
  const before = new Set((await accountRecords(clients)).flatMap(({ requestId = '' }) => requestId));
  await injectCreationFault(endpoint, fault);
  await createPlus(clients, tenant);
  return eventually(`the request of ${tenant}`, async () => {
    const account = await namedAccount(clients, tenant);
    return account?.requestId && !before.has(account.requestId) ? account : undefined;
  });
}

/** How AWS ended all its requests of the name of a tenant's account, oldest first. */
async function endsOf(accountName: string): Promise<string[]> {
  const requests = (await creationRequests(endpoint)).get(accountName) ?? [];
  const inOrder = requests.sort((a, b) => Number(a.RequestedTimestamp) - Number(b.RequestedTimestamp));
  return inOrder.map(({ State, FailureReason }) => FailureReason ?? State ?? '');
}

/** What can happen to one CreateAccount: whether AWS has done it is not known in the first three. */
const unsure: [what: string, fault: Pick<Fault, 'kind' | 'count'>][] = [
  ['whose answer is lost', { kind: 'lose-response' }],
  ['that fails after it was done', { kind: 'fail-after' }],
  ['that fails before anything was done', { kind: 'fail-before' }],
  ['that is throttled three times', { kind: 'throttle', count: 3 }],
];

it('a CreateAccount of unknown outcome makes one account, by one request', async () => {
  const tenants = new Map<string, string>();
  for (const [what, fault] of unsure) {
    const tenant = freshTenant('unsure');
    tenants.set(tenant, what);
    await injectFault(endpoint, { service: 'organizations', operation: 'CreateAccount', ...fault });
    await createPlus(clients, tenant);
    // The next one's fault must not hit this one.
    await eventually(`a CreateAccount ${what}`, async () =>
      (await pendingFaults(endpoint)).length === 0 ? true : undefined,
    );
  }
  await Promise.all([...tenants.keys()].map((tenant) => bus.heard('TenantReady', tenant)));
  for (const [tenant, what] of tenants) {
    const { accountName, state } = await accountOf(clients, tenant);
    expect({ state, ends: await endsOf(accountName) }, `a CreateAccount ${what}`).toEqual({
      state: 'CLAIMED',
      ends: ['SUCCEEDED'],
    });
  }
});

describe('a creation that AWS fails', () => {
  it('with what passes is asked for again; with a taken address under the next one', async () => {
    const [retried, renamed] = [freshTenant('retried'), freshTenant('renamed')];
    await askedFor(retried, { kind: 'failed-creation', reason: 'INTERNAL_FAILURE' });
    const first = await askedFor(renamed, { kind: 'failed-creation', reason: 'EMAIL_ALREADY_EXISTS' });
    await Promise.all([retried, renamed].map((tenant) => bus.heard('TenantReady', tenant)));
    const again = await accountOf(clients, retried);
    expect(await endsOf(again.accountName)).toEqual(['INTERNAL_FAILURE', 'SUCCEEDED']);
    expect(again).toMatchObject({ failures: 1, alias: 0 });
    const next = await accountOf(clients, renamed);
    expect(await endsOf(next.accountName)).toEqual(['EMAIL_ALREADY_EXISTS', 'SUCCEEDED']);
    expect(next).toMatchObject({ alias: 1, email: first.email.replace('@', '-2@') });
  });

  it('for good undoes the onboarding, and the event names the reason', async () => {
    const tenant = freshTenant('refused');
    const { accountName } = await askedFor(tenant, { kind: 'failed-creation', reason: 'INVALID_EMAIL' });
    const { detail } = await bus.heard('TenantOnboardingFailed', tenant);
    expect(detail.data).toMatchObject({ error: 'AccountRefused', outcome: 'released', retryable: false });
    expect(detail.data.message).toContain('INVALID_EMAIL');
    expect(await namedAccount(clients, tenant)).toMatchObject({ accountName, state: 'REFUSED' });
    expect(await ledger(clients, tenant)).toEqual({ 'account dedicated': 'DELETED' });
    expect(await registered(clients, tenant)).toMatchObject({ state: 'ONBOARDING_FAILED' });
  });

  it('for the account limit pauses everyone, visibly, until tenantry accounts resume', async () => {
    const [first, second] = [freshTenant('limit'), freshTenant('limit')];
    const { executionArn = '' } = await askedFor(first, {
      kind: 'failed-creation',
      reason: 'ACCOUNT_LIMIT_EXCEEDED',
    });
    const reason = await eventually('the pause', () => creationsPaused(clients));
    expect(reason).toContain('ACCOUNT_LIMIT_EXCEEDED');
    await createPlus(clients, second);
    const other = await eventually('its vending', () => namedAccount(clients, second));
    for (const arn of [executionArn, other.executionArn ?? ''])
      await eventually('the place in the queue', async () =>
        (await currentState(clients, arn)) === 'EnterCreationGate' ? true : undefined,
      );
    const shown = await tenantry(endpoint, 'accounts');
    expect(shown.stdout).toMatch(/gate account-creation: . of 5 inside, [2-9] waiting.*PAUSED.*ACCOUNT_LIMIT_EXCEEDED/);
    const resumed = await tenantry(endpoint, 'accounts', 'resume');
    expect(resumed).toMatchObject({ code: 0, stdout: expect.stringContaining('ACCOUNT_LIMIT_EXCEEDED') });
    await Promise.all([first, second].map((tenant) => bus.heard('TenantReady', tenant)));
    const { accountName } = await accountOf(clients, first);
    expect(await endsOf(accountName)).toEqual(['ACCOUNT_LIMIT_EXCEEDED', 'SUCCEEDED']);
    expect(await creationsPaused(clients)).toBeUndefined();
  });
});

it('a creation that is in progress for an hour is waited for', async () => {
  await bus.heard('TenantReady', slow);
  const { accountName, plannedAt, vendedAt } = await accountOf(clients, slow);
  expect(await endsOf(accountName)).toEqual(['SUCCEEDED']);
  expect(Date.parse(vendedAt ?? '') - Date.parse(plannedAt)).toBeGreaterThanOrEqual(3_600_000);
});
