import { randomInt } from 'node:crypto';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import type { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Account } from '../../tenancy/accounts/account.ts';
import { accountInventory } from './support/account-inventory.ts';
import { accountRecords, creationRequests, filledPool, organizationCalls, unitOf } from './support/accounts.ts';
import { connect } from './support/clients.ts';
import { passSimulatedTime } from './support/deployed-template.ts';
import { endpoint } from './support/endpoint.ts';
import { clearFaults, type Fault, injectFault } from './support/faults.ts';
import { belongings } from './support/inventory.ts';
import { operatorKubeConfig } from './support/kubernetes.ts';
import { createOfTier, startRelease } from './support/placements.ts';
import { freshTenant } from './support/product.ts';
import { ledger, registered } from './support/registry.ts';
import { seededRandom } from './support/seeded-random.ts';

const TENANTS = Number(process.env['TENANTRY_TENANTS'] ?? 40);
/** Of those, how many have an account of their own. */
const PLUS_SHARE = 0.25;
const RELEASED_SHARE = 0.3;
const FAULTS = Math.ceil(TENANTS * 0.6);
/** Many at once take longer than one. */
const PATIENCE = { timeout: 5_000 * TENANTS, interval: 5 * TENANTS };

const clients = connect(endpoint);
const seed = Number(process.env['TENANTRY_SEED'] ?? randomInt(2 ** 31));
const random = seededRandom(seed);
let operator: KubeConfig;

beforeAll(async () => {
  operator = await operatorKubeConfig(clients);
});
afterAll(() => clearFaults(endpoint));

/** What may be hit, and how: passing faults, and refusals that end in a compensation. */
const targets: readonly [service: string, operation: string, kinds: Fault['kind'][]][] = [
  ['organizations', 'CreateAccount', ['lose-response', 'fail-before', 'fail-after', 'throttle']],
  ['organizations', 'MoveAccount', ['lose-response', 'fail-before', 'throttle']],
  ['organizations', 'TagResource', ['lose-response', 'fail-after']],
  ['organizations', 'DescribeCreateAccountStatus', ['fail-before', 'throttle', 'deny']],
  ['sts', 'AssumeRole', ['fail-before', 'throttle']],
  ['cloudformation', 'CreateStack', ['lose-response', 'throttle', 'deny']],
  ['cloudformation', 'DeleteStack', ['lose-response', 'throttle']],
  ['dynamodb', 'UpdateItem', ['lose-response', 'fail-before']],
  ['dynamodb', 'PutItem', ['lose-response', 'fail-before']],
  ['eks', 'CreateAccessEntry', ['lose-response', 'deny']],
  ['states', 'StartExecution', ['lose-response', 'fail-before']],
  ['states', 'SendTaskSuccess', ['lose-response', 'fail-before']],
];

function pick<T>(items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}

async function injectSome(): Promise<void> {
  for (let fault = 0; fault < FAULTS; fault++) {
    const [service, operation, kinds] = pick(targets);
    await injectFault(endpoint, { service, operation, kind: pick(kinds), after: Math.floor((random() * TENANTS) / 2) });
  }
}

/** One tenant's life: it comes, and some are released again, whether or not they got ready. */
async function live(tenant: string, tier: string, leaves: boolean): Promise<void> {
  await createOfTier(clients, tenant, tier);
  const stateNow = async () => String((await registered(clients, tenant))?.['state']);
  await expect.poll(stateNow, { ...PATIENCE, message: tenant }).toMatch(/^(READY|ONBOARDING_FAILED)$/);
  if (!leaves) return;
  const executionArn = await startRelease(clients, tenant);
  const statusNow = async () =>
    (await clients.stepFunctions.send(new DescribeExecutionCommand({ executionArn }))).status;
  await expect.poll(statusNow, { ...PATIENCE, message: `the release of ${tenant}` }).toBe('SUCCEEDED');
}

/** Where an account is whose record is in that state. */
const UNITS: Partial<Record<Account['state'], string>> = {
  AVAILABLE: 'Pool',
  CLAIMED: 'Tenants',
  QUARANTINED: 'Quarantine',
  CLOSED: 'Suspended',
};

const named = (entries: readonly string[]) => entries.filter((entry) => !/^(vpc|security group)/.test(entry));

it(
  'random onboardings, releases and faults leave in every account what its record says',
  async () => {
    console.log(`seed ${seed} (TENANTRY_SEED repeats it, TENANTRY_TENANTS makes it larger)`);
    const [fresh] = await filledPool(clients);
    const prepared = await accountInventory(endpoint, fresh?.accountId ?? '');
    const before = await organizationCalls(endpoint);
    const lives = Array.from({ length: TENANTS }, () => ({
      tenant: freshTenant('random'),
      tier: random() < PLUS_SHARE ? 'plus' : 'basic',
      leaves: random() < RELEASED_SHARE,
    }));
    await injectSome();
    await Promise.all(lives.map(({ tenant, tier, leaves }) => live(tenant, tier, leaves)));
    await clearFaults(endpoint);
    await filledPool(clients);
    await passSimulatedTime(clients, 5);

    const records = await accountRecords(clients);
    const requests = await creationRequests(endpoint);
    for (const record of records) {
      const made = (requests.get(record.accountName) ?? []).filter(({ State }) => State === 'SUCCEEDED');
      expect(made.length, `${record.accountName} (seed ${seed})`).toBe(record.accountId ? 1 : 0);
      if (!record.accountId || record.state === 'CLOSED') continue;
      if (UNITS[record.state]) expect(await unitOf(endpoint, record.accountId)).toBe(UNITS[record.state]);
      if (record.state !== 'AVAILABLE' && record.state !== 'CLAIMED') continue;
      const inside = named(await accountInventory(endpoint, record.accountId));
      const { tenantId } = record;
      const foundation = tenantId
        ? [
            `role /tenantry/tenants/tenantry-tenant-${tenantId}`,
            `stack tenantry-foundation-${tenantId} CREATE_COMPLETE`,
          ]
        : [];
      expect(inside, `${record.accountName} is ${record.state} (seed ${seed})`).toEqual(
        [...named(prepared), ...foundation].sort(),
      );
    }
    for (const name of requests.keys()) expect(records.map(({ accountName }) => accountName)).toContain(name);

    for (const { tenant, tier } of lives) {
      const own = records.filter((record) => [record.tenantId, record.previousTenant].includes(tenant));
      expect(own.length, `accounts of ${tenant} (seed ${seed})`).toBeLessThanOrEqual(tier === 'plus' ? 1 : 0);
      const states = new Set(Object.values(await ledger(clients, tenant)));
      expect(states.size, `the ledger of ${tenant} (seed ${seed})`).toBe(1);
      if (states.has('DELETED')) expect(await belongings(clients, operator, tenant), tenant).toEqual([]);
    }

    const after = await organizationCalls(endpoint);
    for (const call of ['CreateAccount', 'MoveAccount', 'DescribeAccount', 'DescribeCreateAccountStatus'])
      expect(after[call]?.throttled ?? 0, `throttled ${call} (seed ${seed})`).toBe(before[call]?.throttled ?? 0);
  },
  2 * PATIENCE.timeout,
);
