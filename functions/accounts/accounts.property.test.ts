import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { organizationsDatabase } from '../../local/organizations/database.ts';
import type { Account, AccountState } from '../../tenancy/accounts/account.ts';
import { accountTag } from '../../tenancy/accounts/names.ts';
import { repairGates } from '../operations/repair-gates.ts';
import { accountWorkflows } from '../testing/account-workflows.ts';
import { invocations } from '../testing/invocations.ts';
import { type LocalOrganization, localOrganization, MANAGEMENT } from '../testing/local-organization.ts';
import { seededRandom } from '../testing/random.ts';
import { type Place, unitId } from './organization.ts';
import { replenishPool } from './replenish-pool.ts';

const TENANTS = 8;
const POOL = 2;
const MINUTE = 60_000;
const REASONS = [
  'INTERNAL_FAILURE',
  'CONCURRENT_ACCOUNT_MODIFICATION',
  'EMAIL_ALREADY_EXISTS',
  'ACCOUNT_LIMIT_EXCEEDED',
  'PENDING_BUSINESS_VALIDATION',
  'INVALID_ADDRESS',
];

/** Where an account of a record in that state can be, at every moment. */
const PLACES: Record<AccountState, readonly Place[]> = {
  PLANNED: ['root'],
  REQUESTED: ['root'],
  VENDED: ['root', 'pool'],
  AVAILABLE: ['pool'],
  CLAIMED: ['pool', 'tenants'],
  CLEANING: ['pool', 'tenants', 'quarantine'],
  QUARANTINED: ['quarantine'],
  REFUSED: [],
  CLOSING: ['suspended'],
  CLOSED: ['suspended'],
};

let organization: LocalOrganization | undefined;
afterEach(async () => {
  await organization?.close();
  organization = undefined;
});

/** Everything that happens to the accounts of a few tenants in some hours, with that seed. */
async function history(seed: number) {
  const random = seededRandom(seed);
  organization = await localOrganization({ organizations: { seed, accountLimit: 200 } });
  const { table, clients, local, now } = organization;
  const { clock } = local.cloud;
  const database = organizationsDatabase(local.cloud);
  let misfortune = { lost: 0.04, killed: 0.03 };
  const { invoke, calls } = invocations(organization, random, () => misfortune);
  const world = { organization, random, invoke, stopped: 0.06, doubled: 0.15 };
  const workflows = accountWorkflows(world);
  const places = new Map<string, Place>();
  for (const place of ['root', 'pool', 'tenants', 'quarantine', 'suspended'] as const)
    places.set(await unitId(clients.reader, place), place);
  /** tenant -> accounts it was given; account -> tenants that had it. */
  const given = new Map<string, Set<string>>();
  const hadBy = new Map<string, Set<string>>();
  const homes = new Map<string, string>();
  const background = new Set<Promise<unknown>>();
  const broken: string[] = [];

  async function records(): Promise<Account[]> {
    const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.name, ConsistentRead: true }));
    return Items.filter(({ pk }) => String(pk).startsWith('ACCOUNT#')) as unknown as Account[];
  }
  const members = () => database.nodes.values('').filter((node) => node.kind === 'ACCOUNT' && node.id !== MANAGEMENT);

  /** The fences: what must hold at every moment. */
  async function look(): Promise<void> {
    const release = clock.hold('look');
    const known = new Map((await records()).map((account) => [account.accountName, account]));
    for (const node of members()) {
      const record = known.get(node.tags.find(({ Key }) => Key === accountTag)?.Value ?? '');
      const place = places.get(node.parentId ?? '');
      if (!record) broken.push(`${node.id} has no record`);
      else if (!place || !PLACES[record.state].includes(place))
        broken.push(`${node.id} is in ${place} and ${record.state}`);
      else if (record.accountId && record.accountId !== node.id)
        broken.push(`${record.accountName} is ${record.accountId} and ${node.id}`);
    }
    release();
  }

  async function onboard(tenantId: string, operationId: string): Promise<void> {
    try {
      const { accountId } = await workflows.acquire(tenantId, operationId);
      given.set(tenantId, (given.get(tenantId) ?? new Set()).add(accountId));
      hadBy.set(accountId, (hadBy.get(accountId) ?? new Set()).add(tenantId));
      homes.set(tenantId, accountId);
    } catch (error) {
      if (!(error instanceof Error && ['Stopped', 'AccountRefused'].includes(error.name))) throw error;
      await workflows.release(tenantId, operationId);
    }
  }

  async function live(tenantId: string): Promise<void> {
    for (let round = 0; round < 2; round++) {
      await clock.sleep(random.below(12) * MINUTE);
      await onboard(tenantId, `op-${round}`);
      if (round > 0 || random.chance(0.4)) continue;
      await clock.sleep(random.below(12) * MINUTE);
      homes.delete(tenantId);
      await workflows.release(tenantId, `op-${round}`);
    }
  }

  const vendings = {
    isRunning: workflows.isRunning,
    async start({ accountName, reservedFor }: { accountName: string; reservedFor?: string }) {
      const vending = workflows.vend(accountName, reservedFor).catch((error: Error) => {
        if (error.name !== 'Stopped' && error.name !== 'AccountRefused') throw error;
      });
      background.add(vending);
      vending.finally(() => background.delete(vending)).catch(() => undefined);
    },
  };

  /** What schedules and people do. */
  async function operate(): Promise<{ progressing: number }> {
    await workflows.resume();
    await repairGates(table, workflows.isRunning, workflows.wakeUp);
    const settings = { size: POOL, readinessHours: 24, now: now() };
    const visits = Array.from({ length: random.chance(0.3) ? 2 : 1 }, () => replenishPool(table, vendings, settings));
    const reports = await Promise.all(visits);
    for (const { started, available, progressing } of reports)
      if (started.length > 0 && available + progressing > POOL)
        broken.push(`${available} + ${progressing} in the pool`);
    await look();
    return {
      progressing: (await records()).filter(({ state }) => ['PLANNED', 'REQUESTED', 'VENDED'].includes(state)).length,
    };
  }

  const injected = REASONS.filter(() => random.chance(0.5));
  for (const reason of injected) await organization.inject({ kind: 'failed-creation', reason });
  if (random.chance(0.5)) await organization.inject({ kind: 'slow-creation', seconds: 1_800 });
  let living = true;
  const all = Promise.all(Array.from({ length: TENANTS }, (_, index) => live(`tenant-${index}`)));
  all
    .catch(() => undefined)
    .finally(() => {
      living = false;
    });
  while (living) {
    await operate();
    await clock.sleep((1 + random.below(4)) * MINUTE);
  }
  await all;
  misfortune = { lost: 0, killed: 0 };
  world.stopped = 0;
  for (let visit = 0; visit < 60; visit++) {
    if ((await operate()).progressing === 0 && background.size === 0) break;
    await clock.sleep(5 * MINUTE);
  }
  await Promise.all(background);
  return {
    broken,
    given,
    hadBy,
    homes,
    calls,
    injected,
    records: await records(),
    members: members(),
    requests: database.requests.entries().map(([, request]) => request),
    places,
  };
}

describe('accounts under random interleavings and faults', () => {
  it.each([1, 3, 5])('never two for one tenant, none lost, none handed on, none unfenced (seed %i)', async (seed) => {
    const { broken, given, hadBy, homes, calls, injected, records, members, requests, places } = await history(seed);
    expect(calls.killed, 'faults were met').toBeGreaterThan(0);
    expect(broken).toEqual([]);
    for (const [tenantId, accounts] of given) expect([...accounts], tenantId).toHaveLength(1);
    for (const [accountId, tenants] of hadBy) expect([...tenants], accountId).toHaveLength(1);
    // Every account has a record, every record that says so an account, every name one creation that succeeded.
    const ids = records.flatMap(({ accountId }) => accountId ?? []);
    expect(members.map(({ id }) => id).sort()).toEqual(ids.sort());
    const made = requests.filter(({ state }) => state === 'SUCCEEDED').map(({ accountName }) => accountName);
    expect(new Set(made).size).toBe(made.length);
    // No request was one too many: what failed is what was made to fail, and nothing that an answer was lost for was asked for twice.
    const failed = requests.filter(({ state }) => state === 'FAILED').map(({ failureReason }) => failureReason);
    expect(injected).toEqual(expect.arrayContaining(failed));
    expect(requests).toHaveLength(members.length + new Set(failed).size);
    // Who lives somewhere lives there alone, behind the fences of tenants.
    for (const [tenantId, accountId] of homes) {
      expect(records.find((record) => record.accountId === accountId)).toMatchObject({ state: 'CLAIMED', tenantId });
      expect(places.get(members.find(({ id }) => id === accountId)?.parentId ?? '')).toBe('tenants');
    }
    const claims = records.filter(({ state }) => state === 'CLAIMED').map(({ tenantId }) => tenantId);
    expect(claims.sort()).toEqual([...homes.keys()].sort());
    expect(records.filter(({ state }) => ['PLANNED', 'REQUESTED', 'VENDED', 'CLEANING'].includes(state))).toEqual([]);
  });
});
