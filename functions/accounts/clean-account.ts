import { z } from 'zod';
import type { Account } from '../../tenancy/accounts/account.ts';
import type { AccountsConfig } from '../../tenancy/accounts/config.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { accountsSettings } from '../runtime/config.ts';
import { step, stepInput } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { teardownCredentials } from './access.ts';
import { expectAccount } from './account-store.ts';
import { recordScan } from './cleaning/scan-record.ts';
import { type Sweep, sweep } from './cleaning/sweep.ts';
import { moveAccount, type OrganizationClients, organizationClients, type Place } from './organization.ts';
import { reserve } from './pace.ts';

/** What cleaning needs of the world. */
export interface Cleaning {
  readonly registry: Table;
  readonly organization: OrganizationClients;
  readonly limits: AccountsConfig['cleaning'];
  /** One scan of the account: see {@link sweep}. */
  scan(accountId: string): Promise<Sweep>;
  now(): number;
}

/**
 * One scan of an account that is being cleaned, after ensuring that it is in quarantine. Returns when it may be moved back,
 * once enough scans in a row found nothing. Throws `StillCleaning` until then, `AccountUncleanable` when too many found
 * something, `ResourceNotOwned` when the account is not being cleaned for this tenant.
 */
export async function cleanAccount(
  cleaning: Cleaning,
  { tenantId, accountName }: { tenantId: string; accountName: string },
): Promise<{ moveAt: string }> {
  const { registry, limits } = cleaning;
  const account = await expectAccount(registry, accountName);
  if (account.state === 'AVAILABLE' && account.previousTenant === tenantId) return { moveAt: isoNow(cleaning) };
  const known = verdict(requireCleaning(account, tenantId), limits);
  if (!known) {
    const accountId = account.accountId ?? '';
    // Scans are counted only after the move: MoveAccount, which all share, is not asked for again.
    if (!account.cleanScans && !account.dirtyScans) await ensureQuarantined(cleaning.organization, accountId);
    const counted = await recordScan(registry, account, await cleaning.scan(accountId));
    if (!counted || !verdict(counted, limits))
      throw new CatalogueError('StillCleaning', progress(counted ?? account, limits));
  }
  return { moveAt: (await reserve(registry, 'MoveAccount', cleaning.now())).toISOString() };
}

function isoNow({ now }: Cleaning): string {
  return new Date(now()).toISOString();
}

function requireCleaning(account: Account, tenantId: string): Account {
  const { accountName, state, accountId } = account;
  if ((state === 'CLEANING' || state === 'QUARANTINED') && account.tenantId === tenantId && accountId) return account;
  throw new CatalogueError(
    'ResourceNotOwned',
    `The account ${accountName} is ${state}${account.tenantId ? ` of ${account.tenantId}` : ''} and is not cleaned for ${tenantId}.`,
  );
}

/** Whether the account is clean. Throws `AccountUncleanable` when it was given up. */
function verdict(account: Account, limits: AccountsConfig['cleaning']): boolean {
  const { accountName, state, cleanScans = 0, dirtyScans = 0, resisting = [] } = account;
  if (state === 'CLEANING' && cleanScans >= limits.cleanScans) return true;
  if (state === 'CLEANING' && dirtyScans <= limits.dirtyScans) return false;
  const [first = 'nothing that was written down'] = resisting;
  const more = resisting.length > 1 ? ` and ${resisting.length - 1} more` : '';
  throw new CatalogueError(
    'AccountUncleanable',
    `${dirtyScans} scans of the account ${accountName} found something; what resists: ${first}${more}`,
  );
}

/** One that was claimed but never entered is still in the pool. */
async function ensureQuarantined(organization: OrganizationClients, accountId: string): Promise<void> {
  const from = async (place: Place) => moveAccount(organization, accountId, place, 'quarantine');
  try {
    await from('tenants');
  } catch (error) {
    if (!(error instanceof CatalogueError && error.name === 'ResourceNotOwned')) throw error;
    await from('pool');
  }
}

function progress(
  { accountName, cleanScans = 0, dirtyScans = 0, resisting = [] }: Account,
  limits: AccountsConfig['cleaning'],
) {
  const still = resisting.length > 0 ? `; still there: ${resisting.slice(0, 3).join('; ')}` : '';
  return `The account ${accountName}: ${cleanScans} of ${limits.cleanScans} scans in a row found nothing, ${dirtyScans} of at most ${limits.dirtyScans} found something${still}`;
}

/** Step of clean-account. */
export const handler = step({
  name: 'clean-account',
  input: stepInput.extend({ accountName: z.string() }),
  output: z.object({ moveAt: z.string() }),
  async run({ tenantId, accountName }) {
    const { cleaning: limits, regions } = accountsSettings();
    const [region = 'us-east-1'] = regions;
    return cleanAccount(
      {
        registry: table(),
        organization: organizationClients(),
        limits,
        scan: (accountId) => sweep({ region, credentials: teardownCredentials(accountId) }),
        now: Date.now,
      },
      { tenantId, accountName },
    );
  },
});
