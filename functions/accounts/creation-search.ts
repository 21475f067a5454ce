import {
  type Account as AwsAccount,
  type CreateAccountStatus,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListCreateAccountStatusCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-organizations';
import type { Account } from '../../tenancy/accounts/account.ts';
import { accountTag } from '../../tenancy/accounts/names.ts';
import { type OrganizationClients, unitId } from './organization.ts';

type Reader = OrganizationClients['reader'];

/** What became of a creation whose answer was lost. */
export type Found = { requestId: string } | { accountId: string };

/**
 * Looks for what an unanswered CreateAccount may have left: a request of that name (names are unique), then an account
 * with the name or address and our tag. New accounts lie in the root until we move them, so the long lists come
 * last. Lists are a moment behind: `undefined` means "not yet" unless some time has passed since the call.
 * https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListCreateAccountStatus.html
 */
export async function findCreation(reader: Reader, account: Account): Promise<Found | undefined> {
  return (
    (await findRequest(reader, account, ['IN_PROGRESS', 'FAILED'])) ??
    (await findAccount(reader, account, await unitId(reader, 'root'))) ??
    (await findRequest(reader, account, ['SUCCEEDED'])) ??
    (await findAccount(reader, account))
  );
}

/** A request of that name which is not among those that are known to have failed. */
async function findRequest(
  reader: Reader,
  account: Account,
  States: ('IN_PROGRESS' | 'SUCCEEDED' | 'FAILED')[],
): Promise<Found | undefined> {
  let NextToken: string | undefined;
  do {
    const page = await reader.send(new ListCreateAccountStatusCommand({ States, NextToken }));
    const id = page.CreateAccountStatuses?.find((status) => isOpen(status, account))?.Id;
    if (id) return { requestId: id };
    NextToken = page.NextToken;
  } while (NextToken);
  return undefined;
}

function isOpen({ AccountName, Id }: CreateAccountStatus, account: Account): boolean {
  return AccountName === account.accountName && !account.failedRequests?.includes(Id ?? '');
}

/**
 * An account of the organization (of one parent, if given) that has the name or the address and carries our tag; one
 * without the tag is somebody else's and is left alone.
 */
export async function findAccount(reader: Reader, account: Account, ParentId?: string): Promise<Found | undefined> {
  let NextToken: string | undefined;
  do {
    const page = await (ParentId
      ? reader.send(new ListAccountsForParentCommand({ ParentId, NextToken }))
      : reader.send(new ListAccountsCommand({ NextToken })));
    for (const candidate of page.Accounts ?? [])
      if (candidate.Id && resembles(candidate, account) && (await isOurs(reader, candidate.Id, account)))
        return { accountId: candidate.Id };
    NextToken = page.NextToken;
  } while (NextToken);
  return undefined;
}

function resembles(candidate: AwsAccount, { accountName, email }: Account): boolean {
  return candidate.Name === accountName || candidate.Email?.toLowerCase() === email.toLowerCase();
}

/** Whether the account carries our tag with the name of this record. */
export async function isOurs(reader: Reader, accountId: string, { accountName }: Account): Promise<boolean> {
  let NextToken: string | undefined;
  do {
    const page = await reader.send(new ListTagsForResourceCommand({ ResourceId: accountId, NextToken }));
    if (page.Tags?.some(({ Key, Value }) => Key === accountTag && Value === accountName)) return true;
    NextToken = page.NextToken;
  } while (NextToken);
  return false;
}
