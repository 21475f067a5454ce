import type { IdentityOptions } from '../iam/identity.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Store } from '../kernel/store.ts';
import { isClosed } from './closed-accounts.ts';
import { organizationsDatabase } from './database.ts';
import { pathOf, visibleNode } from './nodes.ts';
import { serviceControlPoliciesOf } from './service-control-policies.ts';

/** What the identity check needs to know of the organizations of the cloud, asked for at each call. */
export function accountRules(cloud: {
  store: Store;
  clock: Clock;
}): Required<Pick<IdentityOptions, 'isClosed' | 'membershipOf' | 'serviceControlPolicies'>> {
  return {
    serviceControlPolicies: (accountId) => serviceControlPoliciesOf(cloud, accountId),
    isClosed: (accountId) => isClosed(cloud, accountId),
    membershipOf(accountId) {
      const database = organizationsDatabase(cloud);
      const organization = database.organizationOf(accountId);
      const node = organization && database.node(organization.id, accountId);
      // Seen a moment later, as policies are.
      return (
        node && { organizationId: node.organizationId, path: pathOf(database, visibleNode(database, node) ?? node) }
      );
    },
  };
}
