import { type CreateAccountStatus, DescribeCreateAccountStatusCommand } from '@aws-sdk/client-organizations';
import type { Account } from '../../tenancy/accounts/account.ts';
import { accountAddress } from '../../tenancy/accounts/address.ts';
import { failureClass } from '../../tenancy/accounts/failure-reasons.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { transition } from './account-store.ts';
import type { Creation } from './create-account.ts';
import { findAccount, isOurs } from './creation-search.ts';

/** Errors by which nothing is learnt about the creation. */
const NOT_SAID = new Set(['TooManyRequestsException', 'AwsThrottled', 'CreateAccountStatusNotFoundException']);

/** How long a new account may be without our tag before it counts as somebody else's: lists are a moment behind. */
const TAG_SEEN_AFTER_MILLISECONDS = 60_000;

/**
 * What became of the request: the account's id when it has succeeded. Throws `StillCreating` while it is in progress, and
 * what its FailureReason asks of us when it failed.
 * https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeCreateAccountStatus.html
 */
export async function followRequest(creation: Creation, account: Account): Promise<string> {
  const status = await describe(creation, account);
  if (status.State === 'SUCCEEDED' && status.AccountId) {
    await expectOurs(creation, account, status);
    return adopt(creation, account, status.AccountId);
  }
  if (status.State === 'FAILED') return settleFailure(creation, account, status);
  throw new CatalogueError(
    'StillCreating',
    `AWS is creating the account ${account.accountName} (${account.requestId}).`,
  );
}

async function describe({ clients }: Creation, { requestId, accountName }: Account): Promise<CreateAccountStatus> {
  try {
    const answer = await clients.reader.send(
      new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: requestId }),
    );
    return answer.CreateAccountStatus ?? {};
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    // Two looks a second for the whole organization; and a new request is not known everywhere at once.
    if (NOT_SAID.has(name))
      throw new CatalogueError('StillCreating', `AWS does not say how far ${accountName} is (${name}).`);
    throw error;
  }
}

/** Records the account as vended. Throws `StillCreating` when another invocation changed the record meanwhile: the next one looks again. */
export async function adopt({ table, now }: Creation, account: Account, accountId: string): Promise<string> {
  const vendedAt = new Date(now()).toISOString();
  const vended = await transition(table, account.accountName, ['PLANNED', 'REQUESTED'], 'VENDED', {
    accountId,
    vendedAt,
  });
  if (vended) return accountId;
  throw new CatalogueError('StillCreating', `Another invocation works on the account ${account.accountName}.`);
}

/** Names are ours alone, but only the tag proves it. */
async function expectOurs({ clients, now }: Creation, account: Account, status: CreateAccountStatus): Promise<void> {
  const accountId = status.AccountId ?? '';
  if (await isOurs(clients.reader, accountId, account)) return;
  const age = now() - (status.CompletedTimestamp?.getTime() ?? now());
  if (age < TAG_SEEN_AFTER_MILLISECONDS)
    throw new CatalogueError('StillCreating', `The account ${accountId} does not show its tags yet.`);
  throw new CatalogueError(
    'ResourceNotOwned',
    `The account ${accountId} has the name ${account.accountName} and not our tag.`,
  );
}

async function settleFailure(creation: Creation, account: Account, status: CreateAccountStatus): Promise<string> {
  const reason = status.FailureReason ?? 'no reason';
  const text = `AWS failed the creation of ${account.accountName} (${account.requestId}): ${reason}.`;
  const failed = {
    failedRequests: [...(account.failedRequests ?? []), account.requestId ?? ''],
    failures: account.failures + 1,
  };
  const again = { ...failed, requestId: undefined, askedAt: undefined, createNotBefore: undefined };
  switch (failureClass(status.FailureReason)) {
    case 'ask-again':
      await settle(creation, account, again);
      throw new CatalogueError('AccountCreationInterrupted', text);
    case 'look':
      // As after a lost answer: the other request is looked for, and only if there is none AWS is asked again.
      await settle(creation, account, { ...again, askedAt: new Date(creation.now()).toISOString() });
      throw new CatalogueError('AccountCreationInterrupted', text);
    case 'next-address':
      return nextAddress(creation, account, again, text);
    case 'blocked':
      await settle(creation, account, again);
      throw new CatalogueError('AccountCreationBlocked', text);
    case 'refused':
      await settle(creation, account, { ...failed, reason: text }, 'REFUSED');
      throw new CatalogueError('AccountRefused', text);
  }
}

/** The address is taken: by an account of ours whose creation nobody saw, or by a stranger. */
async function nextAddress(
  creation: Creation,
  account: Account,
  again: Partial<Account>,
  text: string,
): Promise<string> {
  const ours = await findAccount(creation.clients.reader, account);
  if (ours && 'accountId' in ours) return adopt(creation, account, ours.accountId);
  const alias = account.alias + 1;
  const { accountName, reservedFor: tenantId } = account;
  const email = accountAddress(creation.emailPattern, { accountName, tenantId, alias });
  await settle(creation, account, { ...again, alias, email });
  throw new CatalogueError('AccountEmailTaken', `${text} The next address is ${email}.`);
}

/** Closes the request in the record, unless another invocation did. */
async function settle(
  { table }: Creation,
  account: Account,
  changes: Partial<Account>,
  state: 'PLANNED' | 'REFUSED' = 'PLANNED',
): Promise<void> {
  const condition = { expression: 'requestId = :request', values: { ':request': account.requestId } };
  await transition(table, account.accountName, ['REQUESTED'], state, changes, condition);
}
