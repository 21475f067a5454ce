import { FULL_ACCESS } from './full-access.ts';
import type { InitialOrganization } from './options.ts';
import { createOrganization } from './organization-operations.ts';
import type { OrganizationsParts } from './parts.ts';
import type { NodeRecord, OrganizationRecord } from './records.ts';

/**
 * The organization that the cloud starts with: all features, service control policies enabled, initialized, the members
 * in its root as accounts that were invited. What is there already stays as it is. Throws an Error that names an id
 * which is none, and one for a member of another organization.
 */
export function ensureInitialOrganization(parts: OrganizationsParts): void {
  const { database, cloud, settings } = parts;
  const initial = initialOrganization(settings.organization, cloud.accountId);
  if (!initial) return;
  const organization =
    database.organizationOf(initial.managementAccountId) ??
    createOrganization(parts, initial.managementAccountId, 'ALL', cloud.clock.now());
  for (const accountId of initial.members) ensureMember(parts, organization, accountId);
}

function initialOrganization(
  asked: boolean | InitialOrganization,
  ownAccount: string,
): InitialOrganization | undefined {
  if (asked === false) return undefined;
  const initial = asked === true ? { managementAccountId: ownAccount, members: [] } : asked;
  const wrong = [initial.managementAccountId, ...initial.members].find((id) => !/^\d{12}$/.test(id));
  if (wrong !== undefined) throw new Error(`organization: "${wrong}" is not the id of an account (12 digits)`);
  return initial;
}

function ensureMember(parts: OrganizationsParts, organization: OrganizationRecord, accountId: string): void {
  const { database, cloud } = parts;
  const other = database.organizationOf(accountId);
  if (other?.id === organization.id) return;
  if (other) throw new Error(`organization: account ${accountId} is in the organization ${other.id} already`);
  const email = `member+${accountId}@example.com`;
  const member: NodeRecord = {
    id: accountId,
    organizationId: organization.id,
    kind: 'ACCOUNT',
    parentId: organization.rootId,
    name: `member-${accountId}`,
    policies: [FULL_ACCESS.id],
    tags: [],
    account: {
      email,
      joinedMethod: 'INVITED',
      joinedAt: cloud.clock.now(),
      state: 'ACTIVE',
      delegatedServices: {},
    },
  };
  cloud.store.transaction(() => {
    database.emails.put(email, accountId);
    database.putNode(member, 0);
  });
}
