import type { Timer } from '../kernel/clock.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Operation } from '../kernel/service.ts';
import { constraintViolation, notFound } from './errors.ts';
import { ACCOUNT_ID, requiredText } from './input.ts';
import { actedOn } from './nodes.ts';
import { organizationOperation } from './operation.ts';
import type { OrganizationsParts } from './parts.ts';
import type { AccountNode, OrganizationRecord } from './records.ts';
import { closeAccountResult } from './result-events.ts';

const DAY = 86_400_000;
/** https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html */
const MOST_AT_A_TIME = 3;
const QUOTA_DAYS = 30;
/** A closed account stays in the organization, and counts, that long. */
const POST_CLOSURE_DAYS = 90;

/** What becomes of accounts that are closed, when their time has come. */
export interface AccountClosing {
  follow(account: AccountNode): void;
  /** Follows every account that is closing or closed. */
  resume(): void;
  stop(): void;
}

/** How many accounts may be closed within 30 days: a fifth of the members, at least 250, at most 1,000. */
export function closeQuota(members: number): number {
  return Math.min(1_000, Math.max(250, Math.floor(members / 5)));
}

/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_CloseAccount.html */
export function closeAccountOperations(parts: OrganizationsParts, closing: AccountClosing): Record<string, Operation> {
  const { database } = parts;
  return {
    CloseAccount: organizationOperation(parts, 'CloseAccount', {
      by: 'management',
      resources: (input, organization) => actedOn(database, organization, input.AccountId),
      modifies: (input) => String(input.AccountId),
      handle(input, { organization, now }) {
        const node = closable(parts, organization, requiredText(input, 'AccountId', ACCOUNT_ID));
        const accounts = database.accounts(organization.id);
        if (accounts.filter(({ account }) => account.state === 'PENDING_CLOSURE').length >= MOST_AT_A_TIME) {
          throw constraintViolation('CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED');
        }
        const recent = organization.closures.filter((time) => time > now - QUOTA_DAYS * DAY);
        if (recent.length >= closeQuota(accounts.length - 1)) throw constraintViolation('CLOSE_ACCOUNT_QUOTA_EXCEEDED');
        const closedAt = now + parts.delay(parts.settings.closureSeconds);
        const closes: AccountNode = {
          ...node,
          account: { ...node.account, state: 'PENDING_CLOSURE', closeRequestedAt: now, closedAt },
        };
        parts.cloud.store.transaction(() => {
          parts.save(closes);
          database.putOrganization({ ...organization, closures: [...recent, now] });
        });
        closing.follow(closes);
        return undefined;
      },
    }),
  };
}

function closable(parts: OrganizationsParts, organization: OrganizationRecord, accountId: string): AccountNode {
  const node = parts.database.account(organization.id, accountId);
  if (!node) throw notFound('AccountNotFoundException');
  if (accountId === organization.managementAccountId) throw constraintViolation('CANNOT_CLOSE_MANAGEMENT_ACCOUNT');
  if (organization.featureSet !== 'ALL') throw constraintViolation('ORGANIZATION_NOT_IN_ALL_FEATURES_MODE');
  if (node.account.state === 'CLOSED') {
    throw new AwsError('AccountAlreadyClosedException', 'You attempted to close an account that is already closed.');
  }
  if (node.account.state === 'PENDING_CLOSURE') {
    throw new AwsError(
      'ConflictException',
      'The request failed because it conflicts with the current state of the specified resource.',
      { status: 409 },
    );
  }
  return node;
}

/** Completes closures on the clock, and takes closed accounts out of the organization 90 days later. */
export function createAccountClosing(parts: OrganizationsParts): AccountClosing {
  const { cloud, database } = parts;
  const timers = new Map<string, Timer>();

  function follow(node: AccountNode): void {
    const { closedAt = cloud.clock.now(), state } = node.account;
    const key = `${node.organizationId}/${node.id}`;
    timers.get(key)?.cancel();
    const pending = state === 'PENDING_CLOSURE';
    const timer = pending
      ? cloud.clock.at(closedAt, () => close(node.organizationId, node.id))
      : // Nobody waits for that: no reason for a clock to jump three months.
        cloud.clock.at(closedAt + POST_CLOSURE_DAYS * DAY, () => remove(node.organizationId, node.id), {
          background: true,
        });
    timers.set(key, timer);
  }

  function close(organizationId: string, accountId: string): void {
    const node = database.account(organizationId, accountId);
    const organization = database.organizations.get(organizationId);
    if (!organization || node?.account.state !== 'PENDING_CLOSURE') return;
    const closedAt = cloud.clock.now();
    const closed: AccountNode = { ...node, account: { ...node.account, state: 'CLOSED', closedAt } };
    cloud.store.transaction(() => {
      parts.save(closed);
      database.closed.put(accountId, closedAt);
    });
    follow(closed);
    cloud.emit({ type: 'organizations.account', detail: { accountId, state: 'CLOSED' } });
    closeAccountResult(parts, organization, {
      accountId,
      requestedAt: node.account.closeRequestedAt ?? closedAt,
      closedAt,
    });
  }

  /** Its number and its email address are never given to another. */
  function remove(organizationId: string, accountId: string): void {
    timers.delete(`${organizationId}/${accountId}`);
    const node = database.account(organizationId, accountId);
    if (node?.account.state === 'CLOSED') database.deleteNode(node);
  }

  return {
    follow,
    resume() {
      for (const [, organization] of database.organizations.entries()) {
        for (const node of database.accounts(organization.id)) if (node.account.state !== 'ACTIVE') follow(node);
      }
    },
    stop() {
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
    },
  };
}
