import type { Timer } from '../kernel/clock.ts';
import { FULL_ACCESS } from './full-access.ts';
import { ensureMemberRole } from './member-role.ts';
import type { OrganizationsParts } from './parts.ts';
import { SERVICE_CONTROL_POLICY } from './policy-types.ts';
import type { CreateRequestRecord, NodeRecord, OrganizationRecord } from './records.ts';
import { createAccountResult } from './result-events.ts';

/** What becomes of requested accounts, when their time has come. */
export interface AccountVending {
  follow(request: CreateRequestRecord): void;
  /** Follows every request that is in progress. */
  resume(): void;
  /** Resolves when no creation is being completed any more. */
  stop(): Promise<void>;
}

/** An account, or the reason why there is none. */
type Outcome = { failureReason: string } | { account: NodeRecord };

/** Completes creations on the clock. */
export function createAccountVending(parts: OrganizationsParts): AccountVending {
  const { cloud, database } = parts;
  const timers = new Map<string, Timer>();
  const completing = new Set<Promise<void>>();

  function follow(request: CreateRequestRecord): void {
    timers.get(request.id)?.cancel();
    timers.set(
      request.id,
      cloud.clock.at(request.completedAt, () => {
        const work = complete(request.id).finally(() => completing.delete(work));
        completing.add(work);
      }),
    );
  }

  async function complete(id: string): Promise<void> {
    timers.delete(id);
    const request = database.requests.get(id);
    const organization = request && database.organizations.get(request.organizationId);
    if (!organization || request.state !== 'IN_PROGRESS') return;
    const release = cloud.clock.hold(`organizations:${id}`);
    try {
      settle(organization, request, await outcomeOf(parts, organization, request));
    } catch (error) {
      // It stays in progress, and a restart takes it up again.
      cloud.log('error', 'the creation of an account could not be completed', { request: id, error: String(error) });
    } finally {
      release();
    }
  }

  function settle(organization: OrganizationRecord, request: CreateRequestRecord, outcome: Outcome): void {
    const completedAt = cloud.clock.now();
    const settled: CreateRequestRecord =
      'account' in outcome
        ? { ...request, state: 'SUCCEEDED', completedAt }
        : { ...request, state: 'FAILED', completedAt, failureReason: outcome.failureReason };
    cloud.store.transaction(() => {
      if ('account' in outcome) {
        database.births.put(outcome.account.id, completedAt);
        parts.save(outcome.account);
      }
      database.putRequest(settled);
    });
    const { id, state, accountName, accountId, failureReason } = settled;
    cloud.emit({ type: 'organizations.account', detail: { id, state, accountName, accountId, failureReason } });
    createAccountResult(parts, organization, settled);
  }

  return {
    follow,
    resume() {
      for (const [, organization] of database.organizations.entries()) {
        for (const request of database.inProgress(organization.id)) follow(request);
      }
    },
    async stop() {
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
      await Promise.all(completing);
    },
  };
}

async function outcomeOf(
  parts: OrganizationsParts,
  organization: OrganizationRecord,
  request: CreateRequestRecord,
): Promise<Outcome> {
  const { database, cloud } = parts;
  if (request.failureReason !== undefined) return { failureReason: request.failureReason };
  const email = request.email.toLowerCase();
  const holder = database.emails.get(email);
  if (holder !== undefined && holder !== request.accountId) return { failureReason: 'EMAIL_ALREADY_EXISTS' };
  if (database.accounts(organization.id).length >= parts.accountLimit(organization)) {
    return { failureReason: 'ACCOUNT_LIMIT_EXCEEDED' };
  }
  // Taken before anything is waited for, so that no other creation takes it meanwhile.
  database.emails.put(email, request.accountId);
  try {
    await ensureMemberRole(cloud, request.accountId, request.roleName, organization.managementAccountId);
  } catch (error) {
    database.emails.delete(email);
    cloud.log('warn', 'an account could not be created', { request: request.id, error: String(error) });
    return { failureReason: 'INTERNAL_FAILURE' };
  }
  return { account: newAccountNode(organization, request, cloud.clock.now()) };
}

/** New accounts are in the root, whatever their creator has in mind for them. */
function newAccountNode(organization: OrganizationRecord, request: CreateRequestRecord, now: number): NodeRecord {
  return {
    id: request.accountId,
    organizationId: organization.id,
    kind: 'ACCOUNT',
    parentId: organization.rootId,
    name: request.accountName,
    policies: organization.policyTypes.includes(SERVICE_CONTROL_POLICY) ? [FULL_ACCESS.id] : [],
    tags: request.tags,
    account: {
      email: request.email,
      joinedMethod: 'CREATED',
      joinedAt: now,
      state: 'ACTIVE',
      delegatedServices: {},
    },
  };
}
