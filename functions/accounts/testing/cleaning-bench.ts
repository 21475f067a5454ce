import { ListTagsForResourceCommand, TagResourceCommand } from '@aws-sdk/client-organizations';
import type { Account } from '../../../tenancy/accounts/account.ts';
import { tenantTags } from '../../../tenancy/names.ts';
import { createLedger } from '../../operations/ledger-store.ts';
import type { Table } from '../../runtime/table.ts';
import { localOrganization, MANAGEMENT } from '../../testing/local-organization.ts';
import { DEDICATED_ACCOUNT, readAccountEntry } from '../account-ledger.ts';
import { getAccount, planAccount, transition } from '../account-store.ts';
import { beginCleaning } from '../begin-cleaning.ts';
import { cleanAccount } from '../clean-account.ts';
import type { Sweep } from '../cleaning/sweep.ts';
import { moveAccount, type OrganizationClients, type Place } from '../organization.ts';
import { quarantineAccount } from '../quarantine-account.ts';
import { returnAccount } from '../return-account.ts';

const MEMBERS = Array.from({ length: 120 }, (_, index) => String(200_000_000_000 + index));
export const LIMITS = { cleanScans: 2, dirtyScans: 3 };

/** A tenant with an account of its own, and what it left there. */
export interface Case {
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

/** Through whom a cleaning sees the world. */
export interface World {
  table: Table;
  clients: OrganizationClients;
}

/** An organization with many accounts, and what happens to them until they are clean. */
export async function cleaningBench() {
  const organization = await localOrganization({
    organizations: {
      organization: { managementAccountId: MANAGEMENT, members: MEMBERS },
      throttling: false,
      consistencyDelaySeconds: 0,
    },
  });
  const free = [...MEMBERS];
  const world = (): World => ({ table: organization.table, clients: organization.clients });

  /** Gives the next account to a tenant of its own. */
  async function claimed(place: Place = 'tenants', changes: Partial<Account> = {}): Promise<Case> {
    const accountId = free.pop() ?? '';
    const tenantId = `tenant-${accountId}`;
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

  return {
    organization,
    world,
    claimed,
    cleaning,
    stateOf,
    close: () => organization.close(),
  };
}

const ledgerOf = (table: Table, tenantId: string) =>
  createLedger(table, { tenantId, operationId: 'release', generation: 1 });
