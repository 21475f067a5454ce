import type { Clock } from '../kernel/clock.ts';
import type { Store } from '../kernel/store.ts';
import { type OrganizationsDatabase, organizationsDatabase } from './database.ts';
import { FULL_ACCESS } from './full-access.ts';
import { SERVICE_CONTROL_POLICY } from './policy-types.ts';
import type { NodeRecord } from './records.ts';

interface Levels {
  readonly levels: readonly (readonly string[])[] | undefined;
  /** Holds until then, unless something is changed. */
  readonly until: number;
  readonly revision: number;
}

const caches = new WeakMap<Store, Map<string, Levels>>();

/**
 * The service control policies (JSON text) in force for an account: one list for each level from the root down to the
 * account. Undefined where none apply: no organization, none enabled, or the management account, which they never bind.
 * Changes take effect a moment later, as on AWS.
 *
 * It is what `createIdentity` of the identity check takes as `serviceControlPolicies`, and is asked at every call.
 */
export function serviceControlPoliciesOf(
  cloud: { store: Store; clock: Clock },
  accountId: string,
): readonly (readonly string[])[] | undefined {
  const database = organizationsDatabase(cloud);
  const organization = database.organizationOf(accountId);
  if (!organization || organization.managementAccountId === accountId) return undefined;
  if (!organization.policyTypes.includes(SERVICE_CONTROL_POLICY)) return undefined;
  const cache = caches.get(cloud.store) ?? new Map<string, Levels>();
  caches.set(cloud.store, cache);
  const revision = database.nodes.revision() + database.policies.revision();
  const known = cache.get(accountId);
  if (known && known.revision === revision && cloud.clock.now() < known.until) return known.levels;
  const computed = { ...levelsOf(database, organization.id, accountId), revision };
  cache.set(accountId, computed);
  return computed.levels;
}

function levelsOf(
  database: OrganizationsDatabase,
  organizationId: string,
  accountId: string,
): { levels: string[][]; until: number } {
  const levels: string[][] = [];
  let until = Number.POSITIVE_INFINITY;
  const inForce = (id: string): NodeRecord | undefined => {
    const effective = database.nodes.effective(`${organizationId}/${id}`);
    until = Math.min(until, effective.until);
    // A new account or unit is bound from its first moment.
    return effective.value ?? database.node(organizationId, id);
  };
  const textOf = (id: string): string[] => {
    if (id === FULL_ACCESS.id) return [FULL_ACCESS.content];
    const effective = database.policies.effective(`${organizationId}/${id}`);
    until = Math.min(until, effective.until);
    const policy = effective.value ?? database.policies.get(`${organizationId}/${id}`);
    return policy ? [policy.content] : [];
  };
  for (let node = inForce(accountId); node; node = node.parentId ? inForce(node.parentId) : undefined) {
    levels.unshift(node.policies.flatMap(textOf));
  }
  return { levels, until };
}
