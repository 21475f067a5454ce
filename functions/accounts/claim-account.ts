import { z } from 'zod';
import { type Account, claimableBy, PROGRESSING_STATES } from '../../tenancy/accounts/account.ts';
import { reservedAccountName } from '../../tenancy/accounts/names.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import type { LedgerEntry } from '../../tenancy/ledger.ts';
import type { LedgerWriter } from '../operations/ledger-store.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { nameAccount, readAccountEntry } from './account-ledger.ts';
import { getAccount, transition } from './account-store.ts';
import { reserve } from './pace.ts';
import { pickFromPool } from './pool.ts';

/** Who claims: the account is the tenant's, whichever of its placements asks for it. */
export type Claim = LedgerWriter;

/** The account a tenant is to have; with `accountId` it is claimed, without it is still to be vended. */
export interface Claimed {
  accountName: string;
  accountId?: string;
}

/** How often the choice is made again when others take what was chosen. */
const MOST_CHOICES = 25;

/**
 * Claims an account for a tenant: its own, else a virgin one of the pool, else the name of one that is to be vended.
 *
 * Two conditional writes, in this order: the tenant's ledger names the account, so that a crash leaves nothing that nobody
 * knows of; then the account's record is claimed, so that of several tenants one gets it. Each visit begins with what the ledger names.
 * Throws `StillCleaning` while what the tenant left in its account is being removed.
 */
export async function claimAccount(table: Table, claim: Claim): Promise<Claimed> {
  for (let choice = 0; choice < MOST_CHOICES; choice++) {
    const entry = await readAccountEntry(table, claim.tenantId);
    const named = await namedAccount(table, entry);
    const wanted = named && usable(named, claim);
    if (wanted && entry?.state !== 'DELETED') {
      const claimed = await take(table, claim, named);
      if (claimed) return claimed;
      continue;
    }
    const chosen = await choose(table, claim, wanted ? named : undefined, choice);
    await nameAccount(table, claim, entry, chosen);
  }
  throw new CatalogueError('AwsUnavailable', 'Others took every account that was chosen from the pool: try again.');
}

/** What is known of the account that the ledger names; one without a record is still to be planned by its vending. */
async function namedAccount(
  table: Table,
  entry: LedgerEntry | undefined,
): Promise<Pick<Account, 'accountName'> | Account | undefined> {
  const accountName = entry?.attributes['accountName'];
  if (!accountName) return undefined;
  return (await getAccount(table, accountName)) ?? { accountName };
}

/** Whether the tenant can have the account that its ledger names, now or when it is vended. */
function usable(named: Pick<Account, 'accountName'> | Account, { tenantId }: Claim): boolean {
  if (!('state' in named)) return true;
  if (named.state === 'CLEANING' && named.tenantId === tenantId)
    throw new CatalogueError('StillCleaning', `The account ${named.accountName} of "${tenantId}" is being cleaned.`);
  if (named.state === 'CLAIMED') return named.tenantId === tenantId;
  if (PROGRESSING_STATES.includes(named.state)) return named.reservedFor === tenantId;
  return claimableBy(named, tenantId);
}

async function choose(
  table: Table,
  { tenantId, operationId }: Claim,
  own: { accountName: string } | undefined,
  choice: number,
): Promise<string> {
  if (own) return own.accountName;
  const picked = await pickFromPool(table, tenantId);
  // The first name is the same in every visit; another is needed when AWS has refused the account of that name.
  return picked?.accountName ?? reservedAccountName(tenantId, choice === 0 ? operationId : `${operationId}#${choice}`);
}

/** Claims what the ledger names. `undefined` when it was lost to another meanwhile. */
async function take(
  table: Table,
  { tenantId, operationId }: Claim,
  named: Pick<Account, 'accountName'> | Account,
): Promise<Claimed | undefined> {
  const { accountName } = named;
  if (!('state' in named) || PROGRESSING_STATES.includes(named.state)) return { accountName };
  if (named.state === 'CLAIMED') return withId(named);
  const claimed = await transition(
    table,
    accountName,
    ['AVAILABLE'],
    'CLAIMED',
    { tenantId, claimedBy: operationId },
    {
      expression:
        '(attribute_not_exists(previousTenant) AND (attribute_not_exists(reservedFor) OR reservedFor = :tenant)) OR previousTenant = :tenant',
      values: { ':tenant': tenantId },
    },
  );
  if (!claimed) return undefined;
  const entry = await readAccountEntry(table, tenantId);
  if (entry?.state !== 'DELETED' && entry?.attributes['accountName'] === accountName) return withId(claimed);
  // While this visit slept, another gave the tenant a different account: this one goes back untouched.
  await transition(
    table,
    accountName,
    ['CLAIMED'],
    'AVAILABLE',
    { tenantId: undefined, claimedBy: undefined },
    {
      expression: 'tenantId = :tenant AND claimedBy = :operation',
      values: { ':tenant': tenantId, ':operation': operationId },
    },
  );
  return undefined;
}

function withId({ accountName, accountId }: Account): Claimed {
  return { accountName, ...(accountId && { accountId }) };
}

/** Step of acquire-placement. `moveAt` is when the account may be moved, by the shared rate of that call. */
export const handler = step({
  name: 'claim-account',
  input: placedStepInput.extend({ tier: z.string() }),
  output: z.object({ accountName: z.string(), accountId: z.string().optional(), moveAt: z.string().optional() }),
  async run({ tenantId, operationId, generation }, { logger }) {
    const claimed = await claimAccount(table(), { tenantId, operationId, generation });
    logger.info('an account was claimed', { ...claimed });
    if (!claimed.accountId) return claimed;
    return { ...claimed, moveAt: (await reserve(table(), 'MoveAccount', Date.now())).toISOString() };
  },
});
