import type { Caller } from '../kernel/service.ts';
import { awsManagedPolicy } from './aws-managed/aws-managed-policies.ts';
import { entityKey, type IamDatabase } from './database.ts';
import { compilePolicy, type Policy } from './policy/document.ts';
import type { ManagedPolicyRecord, PrincipalRecord, Tag } from './records.ts';

/** What a role or user may do by its own policies, as authorisation sees it now. */
export interface EffectivePolicies {
  readonly identity: readonly Policy[];
  readonly boundary?: Policy;
  readonly tags: readonly Tag[];
}

const NOTHING: EffectivePolicies = { identity: [], tags: [] };

/** May do everything: the operator of an account. */
export const ADMINISTRATOR_POLICY: Policy = compilePolicy(
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
);

/**
 * Looks up the policies of roles and users. The answers are kept until something in IAM changes or a change that was
 * made earlier comes into effect, since every authorised call asks.
 */
export function effectivePolicies(database: IamDatabase): (caller: Caller) => EffectivePolicies {
  const known = new Map<string, { policies: EffectivePolicies; until: number }>();
  let revision = -1;
  return (caller) => {
    if (caller.kind === 'administrator') return { identity: [ADMINISTRATOR_POLICY], tags: [] };
    const arn = caller.kind === 'role' ? caller.roleArn : caller.kind === 'user' ? caller.arn : undefined;
    if (arn === undefined) return NOTHING;
    if (revision !== database.revision()) {
      known.clear();
      revision = database.revision();
    }
    const key = `${uniqueIdOf(caller)} ${arn}`;
    const before = known.get(key);
    if (before && before.until > database.clock.now()) return before.policies;
    const found = lookUp(database, caller, arn);
    known.set(key, found);
    return found.policies;
  };
}

function lookUp(database: IamDatabase, caller: Caller, arn: string): { policies: EffectivePolicies; until: number } {
  const key = entityKey(caller.accountId, arn.slice(arn.lastIndexOf('/') + 1));
  const records = caller.kind === 'role' ? database.roles : database.users;
  const { value: principal, until } = records.effective(key);
  // A role made anew under the name of one that is gone gives nothing to the sessions of the old one.
  if (principal?.id !== uniqueIdOf(caller)) return { policies: NOTHING, until };
  return policiesOf(database, principal, until);
}

/** The unique id of the caller's role or user. */
function uniqueIdOf(caller: Caller): string {
  const colon = caller.userId.indexOf(':');
  return colon < 0 ? caller.userId : caller.userId.slice(0, colon);
}

/** The compiled policies of a record; `until` is when the record itself changes. */
function policiesOf(
  database: IamDatabase,
  principal: PrincipalRecord,
  until: number,
): { policies: EffectivePolicies; until: number } {
  const attached = principal.attachedPolicies.map((arn) => managedPolicy(database, arn));
  const boundary = principal.permissionsBoundary ? managedPolicy(database, principal.permissionsBoundary) : undefined;
  const identity = [
    ...Object.values(principal.inlinePolicies).map(compilePolicy),
    ...attached.flatMap(({ policy }) => policy ?? []),
  ];
  // A boundary that cannot be found allows nothing, rather than everything.
  const limit = principal.permissionsBoundary ? { boundary: boundary?.policy ?? { statements: [] } } : {};
  return {
    policies: { identity, ...limit, tags: principal.tags },
    until: Math.min(until, boundary?.until ?? until, ...attached.map((one) => one.until)),
  };
}

function managedPolicy(database: IamDatabase, arn: string): { policy?: Policy; until: number } {
  const managed = awsManagedPolicy(arn);
  if (managed) return { policy: compilePolicy(managed.document), until: Number.POSITIVE_INFINITY };
  const { value, until } = database.policies.effective(arn);
  const text = value && defaultDocument(value);
  return { ...(text !== undefined && { policy: compilePolicy(text) }), until };
}

/** The text of a managed policy's default version. */
export function defaultDocument(policy: ManagedPolicyRecord): string | undefined {
  return policy.versions.find(({ id }) => id === policy.defaultVersionId)?.document;
}
