import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput } from '../kernel/service.ts';
import { accountView } from './account-view.ts';
import { constraintViolation, notFound } from './errors.ts';
import { ACCOUNT_ID, PARENT_ID, requiredText } from './input.ts';
import { actedOn, visibleAccounts } from './nodes.ts';
import { type OrganizationCall, organizationOperation } from './operation.ts';
import { pageOf } from './paging.ts';
import type { OrganizationsParts } from './parts.ts';
import type { AccountNode, OrganizationRecord } from './records.ts';

/** Accounts created here may leave after four days. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html */
const WAIT_PERIOD = 4 * 86_400_000;

/** Looking at accounts, moving and removing them. */
export function accountOperations(parts: OrganizationsParts): Record<string, Operation> {
  const { database } = parts;
  const view = (organization: OrganizationRecord) => (node: AccountNode) => accountView(parts, organization, node);
  return {
    DescribeAccount: organizationOperation(parts, 'DescribeAccount', {
      by: 'delegated',
      resources: (input, organization) => actedOn(database, organization, input.AccountId),
      handle(input, { organization }) {
        const node = existing(parts, organization, requiredText(input, 'AccountId', ACCOUNT_ID));
        return { Account: accountView(parts, organization, node) };
      },
    }),
    ListAccounts: organizationOperation(parts, 'ListAccounts', {
      by: 'delegated',
      handle: (input, { organization }) =>
        pageOf('Accounts', visibleAccounts(database, organization.id), ({ id }) => id, view(organization), input),
    }),
    ListAccountsForParent: organizationOperation(parts, 'ListAccountsForParent', {
      by: 'delegated',
      resources: (input, organization) => actedOn(database, organization, input.ParentId),
      handle(input, { organization }) {
        const parentId = requiredText(input, 'ParentId', PARENT_ID);
        if (!database.node(organization.id, parentId)) throw notFound('ParentNotFoundException');
        const accounts = visibleAccounts(database, organization.id).filter((node) => node.parentId === parentId);
        return pageOf('Accounts', accounts, ({ id }) => id, view(organization), input);
      },
    }),
    MoveAccount: organizationOperation(parts, 'MoveAccount', {
      by: 'management',
      resources: (input, organization) =>
        actedOn(database, organization, input.AccountId, input.SourceParentId, input.DestinationParentId),
      modifies: (input) => String(input.AccountId),
      handle: (input, call) => moveAccount(parts, input, call),
    }),
    RemoveAccountFromOrganization: organizationOperation(parts, 'RemoveAccountFromOrganization', {
      by: 'management',
      resources: (input, organization) => actedOn(database, organization, input.AccountId),
      modifies: (input) => String(input.AccountId),
      handle(input, call) {
        return removeAccount(parts, requiredText(input, 'AccountId', ACCOUNT_ID), call);
      },
    }),
    LeaveOrganization: organizationOperation(parts, 'LeaveOrganization', {
      by: 'member',
      handle: (_input, call) => removeAccount(parts, call.context.accountId, call),
    }),
  };
}

function existing(parts: OrganizationsParts, organization: OrganizationRecord, accountId: string): AccountNode {
  const node = parts.database.account(organization.id, accountId);
  if (!node) throw notFound('AccountNotFoundException');
  return node;
}

/** Compare and swap: of two who move an account from the same parent, one succeeds. */
function moveAccount(parts: OrganizationsParts, input: OperationInput, { organization }: OrganizationCall): void {
  const { database } = parts;
  const accountId = requiredText(input, 'AccountId', ACCOUNT_ID);
  const source = requiredText(input, 'SourceParentId', PARENT_ID);
  const destination = requiredText(input, 'DestinationParentId', PARENT_ID);
  const node = existing(parts, organization, accountId);
  if (!database.node(organization.id, destination)) throw notFound('DestinationParentNotFoundException');
  if (!database.node(organization.id, source)) throw notFound('SourceParentNotFoundException');
  if (node.parentId === destination) {
    throw new AwsError('DuplicateAccountException', 'That account is already present in the specified destination.');
  }
  if (node.parentId !== source) throw notFound('SourceParentNotFoundException');
  parts.save({ ...node, parentId: destination });
}

function removeAccount(parts: OrganizationsParts, accountId: string, { organization, now }: OrganizationCall): void {
  const node = existing(parts, organization, accountId);
  if (accountId === organization.managementAccountId) {
    throw new AwsError(
      'MasterCannotLeaveOrganizationException',
      "You can't remove a management account from an organization.",
    );
  }
  if (Object.keys(node.account.delegatedServices).length > 0) {
    throw constraintViolation('CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG');
  }
  if (node.account.joinedMethod === 'CREATED' && now < node.account.joinedAt + WAIT_PERIOD) {
    throw constraintViolation('WAIT_PERIOD_ACTIVE');
  }
  if (!parts.settings.standaloneMembers) throw constraintViolation('ACCOUNT_CANNOT_LEAVE_WITHOUT_PHONE_VERIFICATION');
  // Its tags, which belong to the organization, are gone with it.
  parts.database.deleteNode(node);
}
