import { CreateAccountCommand } from '@aws-sdk/client-organizations';
import type { Account } from '../../tenancy/accounts/account.ts';
import { constraintClass, type FailureClass } from '../../tenancy/accounts/failure-reasons.ts';
import { accountTag, managedByTag } from '../../tenancy/accounts/names.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { accessRoleName } from '../../tenancy/names.ts';
import { toCatalogueError } from '../runtime/aws-errors.ts';
import { transition } from './account-store.ts';
import type { Creation } from './create-account.ts';
import { reserve } from './pace.ts';

/** How long before a call that was not answered is made again, when nothing of it is found: lists are a moment behind. */
export const ASK_AGAIN_AFTER_MILLISECONDS = 60_000;

/** A call that was announced longer ago than this is not made any more: another invocation may be about to look for it. */
const LATEST_CALL_MILLISECONDS = 20_000;

/** Errors by which AWS says that it has done nothing, for a reason that passes. */
const NOT_NOW = new Set([
  'TooManyRequestsException',
  'ThrottlingException',
  'ConcurrentModificationException',
  'FinalizingOrganizationException',
]);

/**
 * Asks AWS for the account, once: the announcement in the record is one conditional write, so of several invocations one
 * calls, and the call is never repeated by the SDK. Ends with `StillCreating` when AWS has accepted, has no time, or did not
 * answer; `AccountCreationBlocked`, `AccountRefused` or the translated error when it definitely refused.
 * https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html
 */
export async function askForAccount(creation: Creation, account: Account): Promise<never> {
  const { table, clients, now } = creation;
  await awaitTurn(creation, account);
  const askedAt = new Date(now()).toISOString();
  const announced = await transition(
    table,
    account.accountName,
    ['PLANNED'],
    'PLANNED',
    { askedAt },
    unchanged(account),
  );
  if (!announced || now() - Date.parse(askedAt) > LATEST_CALL_MILLISECONDS)
    throw new CatalogueError('StillCreating', `Another invocation asks for the account ${account.accountName}.`);
  try {
    const { CreateAccountStatus } = await clients.creator.send(
      new CreateAccountCommand({
        AccountName: announced.accountName,
        Email: announced.email,
        RoleName: accessRoleName,
        IamUserAccessToBilling: 'DENY',
        Tags: [
          { Key: accountTag, Value: announced.accountName },
          { Key: managedByTag.key, Value: managedByTag.value },
        ],
      }),
    );
    const requestId = CreateAccountStatus?.Id;
    if (requestId) await transition(table, account.accountName, ['PLANNED'], 'REQUESTED', { requestId });
  } catch (error) {
    await refusal(creation, announced, error);
  }
  throw new CatalogueError('StillCreating', `AWS was asked for the account ${account.accountName}.`);
}

/** The shared rate of the call: reserved once for each call, waited for by Retry. */
async function awaitTurn({ table, now }: Creation, account: Account): Promise<void> {
  let { createNotBefore: turn } = account;
  const used = turn !== undefined && account.askedAt !== undefined && turn <= account.askedAt;
  if (turn === undefined || used) {
    const condition = turn
      ? { expression: 'createNotBefore = :turn', values: { ':turn': turn } }
      : { expression: 'attribute_not_exists(createNotBefore)' };
    turn = (await reserve(table, 'CreateAccount', now())).toISOString();
    const changes = { createNotBefore: turn };
    if (!(await transition(table, account.accountName, ['PLANNED'], 'PLANNED', changes, condition)))
      throw new CatalogueError('StillCreating', `Another invocation asks for ${account.accountName}.`);
  }
  if (Date.parse(turn) > now())
    throw new CatalogueError(
      'StillCreating',
      `The account ${account.accountName} is asked for at ${turn}, by the rate of the call.`,
    );
}

/** Nobody has announced a call since the record was read. */
function unchanged({ askedAt }: Account) {
  return askedAt === undefined
    ? { expression: 'attribute_not_exists(askedAt)' }
    : { expression: 'askedAt = :asked', values: { ':asked': askedAt } };
}

/**
 * Takes the announcement back if AWS definitely did nothing, and throws what that means. Returns when the outcome is unknown:
 * no answer, or a failure of the service's own.
 */
async function refusal({ table }: Creation, account: Account, error: unknown): Promise<void> {
  if (!isRefusal(error)) return;
  const translated = toCatalogueError(error);
  const kind = kindOf(error);
  const taken = { askedAt: undefined, createNotBefore: undefined };
  const state = kind === 'refused' ? 'REFUSED' : 'PLANNED';
  await transition(
    table,
    account.accountName,
    ['PLANNED'],
    state,
    kind === 'refused' ? { ...taken, reason: translated.message } : taken,
    unchanged(account),
  );
  if (kind === 'ask-again')
    throw new CatalogueError('StillCreating', `AWS does not take the request now (${translated.message}).`);
  if (kind === 'blocked') throw new CatalogueError('AccountCreationBlocked', translated.message);
  if (kind === 'refused') throw new CatalogueError('AccountRefused', translated.message);
  throw translated;
}

/** Only an answer of the service by which it puts the fault on the caller says that nothing was done. */
function isRefusal(error: unknown): error is Error & { Reason?: string } {
  if (!(error instanceof Error)) return false;
  const { $fault } = error as { $fault?: string };
  return $fault === 'client' && (NOT_NOW.has(error.name) || toCatalogueError(error).name !== 'AwsUnavailable');
}

function kindOf({ name, Reason }: Error & { Reason?: string }): FailureClass | 'failed' {
  if (NOT_NOW.has(name)) return 'ask-again';
  if (name === 'ConstraintViolationException') return constraintClass(Reason);
  return name === 'InvalidInputException' ? 'refused' : 'failed';
}
