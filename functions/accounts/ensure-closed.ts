import {
  CloseAccountCommand,
  DescribeAccountCommand,
  ListAccountsCommand,
  type OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { z } from 'zod';
import type { Account } from '../../tenancy/accounts/account.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { accountsSettings } from '../runtime/config.ts';
import { environment } from '../runtime/environment.ts';
import { step } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { accountNameOf, expectAccount, transition } from './account-store.ts';
import { exhausted, recentClosures, takeClosure } from './closing/closure-ledger.ts';
import { moveAccount, type OrganizationClients, organizationClients } from './organization.ts';

/** What closing needs of the world. */
export interface Closing {
  readonly registry: Table;
  readonly organization: OrganizationClients;
  /** Accounts that are never closed: the management account and the platform's own. */
  readonly never: readonly string[];
  now(): number;
}

/**
 * Ensures that an account is closed for good, at an operator's request: only one that waits in the pool or in quarantine. It is taken out
 * of use first (`CLOSING`), then takes its place in the budget, moves to the unit where everything is denied, and is closed. Its record
 * is kept. Throws `StillDeleting` until AWS has closed it, `CloseBudgetExhausted`, and `InvalidInput` for an account that may not be closed.
 * https://docs.aws.amazon.com/organizations/latest/APIReference/API_CloseAccount.html
 */
export async function ensureClosed(
  closing: Closing,
  { accountId, requestedBy }: { accountId: string; requestedBy: string },
): Promise<{ accountName: string; closedAt: string }> {
  const { registry, organization, now } = closing;
  const account = await takeOutOfUse(closing, accountId, requestedBy);
  const { accountName } = account;
  if (account.state === 'CLOSED') return { accountName, closedAt: account.closedAt ?? '' };
  const state = await stateAtAws(organization.reader, accountId);
  if (state === 'closed') {
    const closedAt = new Date(now()).toISOString();
    // Of two who see it closed at once, one writes; the record says the same.
    await transition(registry, accountName, ['CLOSING'], 'CLOSED', { closedAt });
    return { accountName, closedAt };
  }
  if (state === 'open') await close(closing, accountId);
  throw new CatalogueError('StillDeleting', `AWS is closing the account ${accountName} (${accountId}).`);
}

async function takeOutOfUse({ registry, never }: Closing, accountId: string, requestedBy: string): Promise<Account> {
  if (never.includes(accountId))
    throw new CatalogueError('InvalidInput', `The account ${accountId} holds the installation and is never closed.`);
  const accountName = await accountNameOf(registry, accountId);
  if (!accountName) throw new CatalogueError('InvalidInput', `The account ${accountId} was not vended here.`);
  const before = await expectAccount(registry, accountName);
  const reason = `closing was asked for by ${requestedBy}${before.reason ? `; before: ${before.reason}` : ''}`;
  const closing = await transition(registry, accountName, ['AVAILABLE', 'QUARANTINED'], 'CLOSING', { reason });
  if (closing) return closing;
  const account = await expectAccount(registry, accountName);
  if (account.state === 'CLOSING' || account.state === 'CLOSED') return account;
  throw new CatalogueError(
    'InvalidInput',
    `The account ${accountName} (${accountId}) is ${account.state}${account.tenantId ? ` of ${account.tenantId}` : ''}: only accounts that are AVAILABLE or QUARANTINED can be closed.`,
  );
}

/**
 * Reads `State`, and `Status`, which AWS retires, where there is none. An account that is unknown left the organization 90 days
 * after it was closed. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_account_state.html
 */
async function stateAtAws(
  reader: Pick<OrganizationsClient, 'send'>,
  accountId: string,
): Promise<'open' | 'closing' | 'closed'> {
  try {
    const { Account } = await reader.send(new DescribeAccountCommand({ AccountId: accountId }));
    const state = Account?.State ?? Account?.Status;
    if (state === 'CLOSED' || state === 'SUSPENDED') return 'closed';
    return state === 'PENDING_CLOSURE' ? 'closing' : 'open';
  } catch (error) {
    if (nameOf(error) === 'AccountNotFoundException') return 'closed';
    throw error;
  }
}

async function close({ registry, organization, now }: Closing, accountId: string): Promise<void> {
  const at = await takeClosure(registry, accountId, now(), () => countMembers(organization.reader));
  if (at.getTime() > now())
    throw new CatalogueError(
      'StillDeleting',
      `The account ${accountId} is closed after ${at.toISOString()}: AWS limits the rate.`,
    );
  await ensureSuspended(organization, accountId);
  try {
    await organization.broker.send(new CloseAccountCommand({ AccountId: accountId }));
  } catch (error) {
    const reason = (error as { Reason?: string }).Reason;
    // A conflict is a closure that has begun; the other two are for the next look.
    const passes = ['AccountAlreadyClosedException', 'ConflictException', 'ConcurrentModificationException'];
    if (reason === 'CLOSE_ACCOUNT_QUOTA_EXCEEDED') throw await exhaustedAtAws(registry, now());
    if (!passes.includes(nameOf(error)) && reason !== 'CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED') throw error;
  }
}

/** Accounts were closed that are not in the ledger, by hand: AWS counts those too. */
async function exhaustedAtAws(registry: Table, now: number): Promise<CatalogueError> {
  return exhausted(await recentClosures(registry, now));
}

/** Out of the pool, or out of quarantine. */
async function ensureSuspended(organization: OrganizationClients, accountId: string): Promise<void> {
  try {
    await moveAccount(organization, accountId, 'pool', 'suspended').catch((error: unknown) => {
      if (nameOf(error) !== 'ResourceNotOwned') throw error;
      return moveAccount(organization, accountId, 'quarantine', 'suspended');
    });
  } catch (error) {
    if (nameOf(error) !== 'NotYetConsistent') throw error;
    throw new CatalogueError('StillDeleting', (error as Error).message);
  }
}

/** Member accounts of the organization: all but the management account. */
async function countMembers(reader: Pick<OrganizationsClient, 'send'>): Promise<number> {
  let accounts = 0;
  let NextToken: string | undefined;
  do {
    const page = await reader.send(new ListAccountsCommand({ NextToken }));
    accounts += (page.Accounts ?? []).length;
    NextToken = page.NextToken;
  } while (NextToken);
  return Math.max(0, accounts - 1);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** Step of close-account. */
export const handler = step({
  name: 'ensure-closed',
  input: z.object({ accountId: z.string().regex(/^\d{12}$/), requestedBy: z.string() }),
  output: z.object({ accountName: z.string(), closedAt: z.string() }),
  run: (input) =>
    ensureClosed(
      {
        registry: table(),
        organization: organizationClients(),
        never: [accountsSettings().managementAccountId, environment('PLATFORM_ACCOUNT_ID')],
        now: Date.now,
      },
      input,
    ),
});
