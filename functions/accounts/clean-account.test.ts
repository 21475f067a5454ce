import { ListTagsForResourceCommand, TagResourceCommand } from '@aws-sdk/client-organizations';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../../tenancy/accounts/account.ts';
import { tenantTags } from '../../tenancy/names.ts';
import { createLedger } from '../operations/ledger-store.ts';
import type { Table } from '../runtime/table.ts';
import { type LocalOrganization, localOrganization, MANAGEMENT } from '../testing/local-organization.ts';
import { DEDICATED_ACCOUNT, readAccountEntry } from './account-ledger.ts';
import { getAccount, planAccount, transition } from './account-store.ts';
import { beginCleaning } from './begin-cleaning.ts';
import { cleanAccount } from './clean-account.ts';
import type { Sweep } from './cleaning/sweep.ts';
import { moveAccount, type OrganizationClients, type Place } from './organization.ts';
import { quarantineAccount } from './quarantine-account.ts';
import { returnAccount } from './return-account.ts';

const MEMBERS = Array.from({ length: 120 }, (_, index) => String(200_000_000_000 + index));
const LIMITS = { cleanScans: 2, dirtyScans: 3 };

let organization: LocalOrganization;
let free: string[];
beforeAll(async () => {
  free = [...MEMBERS];
  organization = await localOrganization({
    organizations: {
      organization: { managementAccountId: MANAGEMENT, members: MEMBERS },
      throttling: false,
      consistencyDelaySeconds: 0,
    },
  });
});
afterAll(() => organization.close());

/** A tenant with an account of its own, and what it left there. */
interface Case {
  tenantId: string;
  accountName: string;
  accountId: string;
  /** Things that are still in the account; each scan that sees them removes some. */
  left: number;
  /** How many go with each scan. */
  gone: number;
  /** Results of the scans, in order. */
  scans: number[];
}

let cases = 0;
async function claimed(place: Place = 'tenants', changes: Partial<Account> = {}): Promise<Case> {
  const accountId = free.pop() ?? '';
  const tenantId = `tenant-${++cases}`;
  const accountName = `tenantry-${accountId}`;
  const at = new Date(organization.now()).toISOString();
  await planAccount(organization.table, {
    accountName,
    email: `${accountName}@example.com`,
    alias: 0,
    state: 'PLANNED',
    plannedAt: at,
    failures: 0,
    updatedAt: at,
  });
  const record = { accountId, tenantId, reservedFor: tenantId, ...changes };
  await transition(organization.table, accountName, ['PLANNED'], changes.state ?? 'CLAIMED', record);
  await moveAccount(organization.clients, accountId, 'root', place);
  const Tags = Object.entries(tenantTags(tenantId, 'premium')).map(([Key, Value]) => ({ Key, Value }));
  await organization.clients.reader.send(new TagResourceCommand({ ResourceId: accountId, Tags }));
  await ledgerOf(organization.table, tenantId).created('account', DEDICATED_ACCOUNT, { accountId, accountName });
  return { tenantId, accountName, accountId, left: 1, gone: 1, scans: [] };
}

const ledgerOf = (table: Table, tenantId: string) =>
  createLedger(table, { tenantId, operationId: 'release', generation: 1 });

interface World {
  table: Table;
  clients: OrganizationClients;
}

/** What the workflow clean-account does, its Retry and its Catch included. */
async function cleaning(one: Case, { table, clients }: World): Promise<void> {
  const ledger = ledgerOf(table, one.tenantId);
  const scan = async (): Promise<Sweep> => {
    const found = one.left;
    one.left = Math.max(0, found - one.gone);
    one.scans.push(found);
    return { found, remaining: one.left > 0 ? [`bucket locked (global): AccessDenied`] : [] };
  };
  if (!(await beginCleaning(table, ledger, one, organization.now())).clean) return;
  const step = { registry: table, organization: clients, limits: LIMITS, scan, now: organization.now };
  try {
    await organization.untilDone(() => cleanAccount(step, one), ['StillCleaning'], 60);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AccountUncleanable')) throw error;
    await quarantineAccount(table, ledger, one);
    return;
  }
  await returnAccount(table, clients, ledger, { ...one, cleanScans: LIMITS.cleanScans });
}

const world = (): World => ({ table: organization.table, clients: organization.clients });

async function stateOf({ accountName, accountId, tenantId }: Case) {
  const { Tags = [] } = await organization.clients.reader.send(
    new ListTagsForResourceCommand({ ResourceId: accountId }),
  );
  return {
    account: await getAccount(organization.table, accountName),
    place: await organization.placeOf(accountId),
    tags: Tags.map(({ Key }) => Key),
    ledger: (await readAccountEntry(organization.table, tenantId))?.state,
  };
}

describe('cleaning of an account', () => {
  it('goes through quarantine back to the pool, for the same tenant only, after scans in a row that found nothing', async () => {
    const one = await claimed();
    one.left = 3;
    await cleaning(one, world());
    expect(one.scans).toEqual([3, 2, 1, 0, 0]);
    const { account, ...rest } = await stateOf(one);
    expect(rest).toEqual({ place: 'pool', tags: ['tenantry:managed-by'], ledger: 'DELETED' });
    expect(account).toMatchObject({
      state: 'AVAILABLE',
      previousTenant: one.tenantId,
      cleanScans: 2,
      dirtyScans: 3,
    });
    expect(account).not.toHaveProperty('tenantId');
    expect(account).not.toHaveProperty('reservedFor');
  });

  it('begins to count again when a later scan finds something', async () => {
    const one = await claimed();
    const found = [1, 0, 2, 0, 0];
    Object.defineProperty(one, 'left', { get: () => found[one.scans.length], set: () => undefined });
    await cleaning(one, world());
    expect(one.scans).toEqual(found);
  });

  it('leaves what resists in quarantine, with its name, and the tenant without an account', async () => {
    const one = await claimed();
    one.gone = 0;
    await cleaning(one, world());
    expect(one.scans).toHaveLength(LIMITS.dirtyScans + 1);
    const { account, place, ledger } = await stateOf(one);
    expect({ place, ledger }).toEqual({ place: 'quarantine', ledger: 'DELETED' });
    expect(account).toMatchObject({
      state: 'QUARANTINED',
      previousTenant: one.tenantId,
      resisting: ['bucket locked (global): AccessDenied'],
      reason: '4 scans found something that could not be removed',
    });
  });

  it('takes one that was claimed and never entered out of the pool first', async () => {
    const one = await claimed('pool');
    await cleaning(one, world());
    expect((await stateOf(one)).place).toBe('pool');
    expect(one.scans).toEqual([1, 0, 0]);
  });

  it.each(['VENDED', 'AVAILABLE'] as const)('only takes the reservation from one that is %s', async (state) => {
    const one = await claimed('pool', { state, tenantId: undefined as never });
    await cleaning(one, world());
    const { account, ledger } = await stateOf(one);
    expect({ state: account?.state, ledger, scans: one.scans }).toEqual({ state, ledger: 'DELETED', scans: [] });
    expect(account).not.toHaveProperty('reservedFor');
  });

  it('does not touch the account of another tenant', async () => {
    const one = await claimed();
    const thief = { ...one, tenantId: 'thief', scans: [] };
    await cleaning(thief, world());
    expect(thief.scans).toEqual([]);
    expect((await stateOf(one)).account).toMatchObject({ state: 'CLAIMED', tenantId: one.tenantId });
    const step = { registry: organization.table, organization: organization.clients, limits: LIMITS };
    const scan = async () => ({ found: 0, remaining: [] });
    await expect(cleanAccount({ ...step, scan, now: organization.now }, thief)).rejects.toMatchObject({
      name: 'ResourceNotOwned',
    });
  });

  it('comes to one end when two clean it at once', async () => {
    const one = await claimed();
    one.left = 2;
    const outcomes = await Promise.allSettled([cleaning(one, world()), cleaning(one, world())]);
    expect(outcomes.map(({ status }) => status)).toContain('fulfilled');
    await cleaning(one, world());
    expect((await stateOf(one)).account).toMatchObject({ state: 'AVAILABLE', previousTenant: one.tenantId });
    expect(one.left).toBe(0);
  });
});

describe('a crash at any call, before or after its effect', () => {
  let calls: number;
  beforeEach(() => {
    calls = 0;
  });

  /** The world, in which the call of that number never comes back. */
  function crashing(at: number, when: 'before' | 'after'): World {
    const wrap = <Client extends { send: (...input: never[]) => Promise<unknown> }>(client: Client): Client =>
      ({
        async send(command: never) {
          const dies = ++calls === at;
          if (dies && when === 'before') throw new Error('crash');
          const answer = client.send(command);
          if (!dies) return answer;
          // Whatever the answer was, nobody hears it.
          await Promise.allSettled([answer]);
          throw new Error('crash');
        },
      }) as unknown as Client;
    const { table, clients } = world();
    return {
      table: { name: table.name, client: wrap(table.client) },
      clients: { reader: wrap(clients.reader), broker: wrap(clients.broker), creator: clients.creator },
    };
  }

  it.each([
    { end: 'AVAILABLE', gone: 1, place: 'pool' },
    { end: 'QUARANTINED', gone: 0, place: 'quarantine' },
  ] as const)('ends as $end when it is run again', async ({ end, gone, place }) => {
    let crashes = 0;
    for (let at = 1; at < 60; at++) {
      for (const when of ['before', 'after'] as const) {
        calls = 0;
        const one = await claimed();
        one.gone = gone;
        const crashed = await cleaning(one, crashing(at, when)).then(
          () => false,
          (error: Error) => error.message === 'crash',
        );
        if (!crashed) {
          expect(crashes).toBeGreaterThan(30);
          return;
        }
        crashes++;
        await cleaning(one, world());
        const { account, ...rest } = await stateOf(one);
        expect({ at, when, state: account?.state, place: rest.place, ledger: rest.ledger }).toEqual({
          at,
          when,
          state: end,
          place,
          ledger: 'DELETED',
        });
        if (gone > 0) expect(one.scans.slice(-LIMITS.cleanScans)).toEqual([0, 0]);
      }
    }
    throw new Error('more than 60 calls');
  });
});
