import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput } from '../kernel/service.ts';
import type { AccountVending } from './account-vending.ts';
import { requestView } from './account-view.ts';
import { constraintViolation, notFound } from './errors.ts';
import { newAccountId, randomId } from './identifiers.ts';
import {
  ACCOUNT_NAME,
  EMAIL,
  isRootEmail,
  optionalText,
  REQUEST_ID,
  ROLE_NAME,
  requiredOneOf,
  requiredText,
  tagsOf,
} from './input.ts';
import { type OrganizationCall, organizationOperation } from './operation.ts';
import { pageOf } from './paging.ts';
import type { OrganizationsParts } from './parts.ts';
import type { CreateRequestRecord } from './records.ts';

/** https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html */
const MOST_IN_PROGRESS = 5;
/** Statuses are shown that long. */
const STATUS_DAYS = 90;
const DAY = 86_400_000;
const STATES = ['IN_PROGRESS', 'SUCCEEDED', 'FAILED'] as const;

/** Requesting accounts and following the requests. https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html */
export function createAccountOperations(parts: OrganizationsParts, vending: AccountVending): Record<string, Operation> {
  const { database } = parts;
  return {
    CreateAccount: organizationOperation(parts, 'CreateAccount', {
      by: 'management',
      modifies: () => 'account creation',
      handle: (input, call) => ({ CreateAccountStatus: requestView(createAccount(parts, vending, input, call)) }),
    }),
    DescribeCreateAccountStatus: organizationOperation(parts, 'DescribeCreateAccountStatus', {
      by: 'delegated',
      handle(input, { organization }) {
        const request = database.requests.get(requiredText(input, 'CreateAccountRequestId', REQUEST_ID));
        if (request?.organizationId !== organization.id) throw notFound('CreateAccountStatusNotFoundException');
        return { CreateAccountStatus: requestView(request) };
      },
    }),
    ListCreateAccountStatus: organizationOperation(parts, 'ListCreateAccountStatus', {
      by: 'delegated',
      handle(input, { organization, now }) {
        const asked: unknown[] = Array.isArray(input.States) ? input.States : [];
        const states = asked.map((State) => requiredOneOf({ State }, 'State', STATES));
        const requests = database.requests
          .entries()
          .map(([, request]) => request)
          .filter(
            ({ organizationId, requestedAt, state }) =>
              organizationId === organization.id &&
              requestedAt > now - STATUS_DAYS * DAY &&
              (states.length === 0 || states.includes(state)),
          );
        return pageOf('CreateAccountStatuses', requests, ({ id }) => id, requestView, input);
      },
    }),
  };
}

function createAccount(
  parts: OrganizationsParts,
  vending: AccountVending,
  input: OperationInput,
  { organization, now }: OrganizationCall,
): CreateRequestRecord {
  const { database, settings, injected } = parts;
  const asked = {
    email: requiredText(input, 'Email', EMAIL),
    accountName: requiredText(input, 'AccountName', ACCOUNT_NAME),
    roleName: optionalText(input, 'RoleName', ROLE_NAME) ?? 'OrganizationAccountAccessRole',
    tags: tagsOf(input),
  };
  if (input.IamUserAccessToBilling !== undefined) {
    requiredOneOf(input, 'IamUserAccessToBilling', ['ALLOW', 'DENY']);
  }
  if (now < organization.finalizedAt) {
    throw new AwsError(
      'FinalizingOrganizationException',
      "AWS Organizations couldn't perform the operation because your organization hasn't finished initializing. This can take up to an hour. Try again later.",
    );
  }
  const inProgress = database.inProgress(organization.id);
  if (inProgress.length >= MOST_IN_PROGRESS) throw constraintViolation('ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED');
  // Requests in progress do not count yet: one too many fails later, with ACCOUNT_LIMIT_EXCEEDED.
  if (database.accounts(organization.id).length >= parts.accountLimit(organization)) {
    throw constraintViolation('ACCOUNT_NUMBER_LIMIT_EXCEEDED');
  }
  const repeated = inProgress.some(
    ({ email, accountName }) => email === asked.email && accountName === asked.accountName,
  );
  const failureReason =
    injected.takeFailure() ??
    (repeated ? 'CONCURRENT_ACCOUNT_MODIFICATION' : undefined) ??
    (isRootEmail(asked.email) ? undefined : 'INVALID_EMAIL');
  const slowness = injected.takeSlowness();
  const request: CreateRequestRecord = {
    ...asked,
    id: `car-${randomId(32)}`,
    organizationId: organization.id,
    state: 'IN_PROGRESS',
    requestedAt: now,
    completedAt: now + (slowness === undefined ? parts.delay(settings.creationSeconds) : slowness * 1000),
    accountId: newAccountId(
      (id) =>
        database.births.get(id) !== undefined ||
        database.organizationOf(id) !== undefined ||
        id === parts.cloud.accountId,
    ),
    ...(failureReason !== undefined && { failureReason }),
  };
  database.putRequest(request);
  vending.follow(request);
  return request;
}
