import { nodeArn } from './identifiers.ts';
import { pathOf } from './nodes.ts';
import type { OrganizationsParts } from './parts.ts';
import type { AccountNode, CreateRequestRecord, OrganizationRecord } from './records.ts';

/** Of the old member, which does not tell a closed account from one that AWS has suspended. */
const STATUS = { ACTIVE: 'ACTIVE', PENDING_CLOSURE: 'PENDING_CLOSURE', CLOSED: 'SUSPENDED' };

/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html */
export function accountView(parts: OrganizationsParts, organization: OrganizationRecord, node: AccountNode) {
  const { account } = node;
  return {
    Id: node.id,
    Arn: nodeArn(organization, node),
    Email: account.email,
    Name: node.name,
    ...(parts.settings.accountStatus && { Status: STATUS[account.state] }),
    State: account.state,
    Paths: [pathOf(parts.database, node)],
    JoinedMethod: account.joinedMethod,
    JoinedTimestamp: new Date(account.joinedAt),
  };
}

/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccountStatus.html */
export function requestView(request: CreateRequestRecord) {
  return {
    Id: request.id,
    AccountName: request.accountName,
    State: request.state,
    RequestedTimestamp: new Date(request.requestedAt),
    ...(request.state !== 'IN_PROGRESS' && { CompletedTimestamp: new Date(request.completedAt) }),
    ...(request.state === 'SUCCEEDED' && { AccountId: request.accountId }),
    ...(request.failureReason !== undefined && request.state === 'FAILED' && { FailureReason: request.failureReason }),
  };
}
