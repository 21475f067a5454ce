import type { Caller } from '../kernel/service.ts';
import type { ConditionContext } from './policy/condition-context.ts';
import type { Tag } from './records.ts';
import type { SessionCaller } from './session.ts';

/** What the global condition keys are made of. */
export interface RequestFacts {
  readonly caller: SessionCaller;
  /** Tags of the role or user. */
  readonly principalTags: readonly Tag[];
  /** Condition keys of the service called. */
  readonly conditions?: Readonly<Record<string, string | readonly string[]>>;
  readonly resourceAccountId: string;
  readonly region: string;
  /** Signing name of the service called. */
  readonly service: string;
  /** Milliseconds of the cloud's clock. */
  readonly now: number;
  /** Where an account is in an organization. */
  readonly membershipOf?: (accountId: string) => Membership | undefined;
}

/** An account in its organization. */
export interface Membership {
  readonly organizationId: string;
  /** `o-…/r-…/ou-…/111111111111/` */
  readonly path: string;
}

/** Services with one endpoint for all regions, which is in us-east-1. */
const GLOBAL_SERVICES = new Set([
  'iam',
  'organizations',
  'account',
  'budgets',
  'cloudfront',
  'route53',
  'ce',
  'health',
]);

/**
 * The context of a request: the service's own keys first, then the global ones. Made for every authorised call, so
 * values are computed only when a policy asks for them.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function requestConditions(facts: RequestFacts): ConditionContext {
  let own: Map<string, readonly string[]> | undefined;
  return (key) => {
    own ??= lowerCaseKeys(facts.conditions ?? {});
    const stated = own.get(key);
    if (stated) return stated;
    if (key.startsWith('aws:principaltag/')) return one(principalTag(facts, key.slice('aws:principaltag/'.length)));
    if (key === 'aws:tagkeys') return requestTagKeys(facts.conditions ?? {});
    const value = GLOBAL_KEYS[key]?.(facts);
    return one(value);
  };
}

/** The name under which a policy knows the caller: a role session is its role. */
export function principalArn(caller: Caller): string {
  return caller.roleArn ?? caller.arn;
}

const GLOBAL_KEYS: Readonly<Record<string, (facts: RequestFacts) => string | undefined>> = {
  'aws:principalarn': ({ caller }) => (isService(caller) ? undefined : principalArn(caller)),
  'aws:principalaccount': ({ caller }) => (isService(caller) ? undefined : caller.accountId),
  'aws:principaltype': ({ caller }) => PRINCIPAL_TYPES[caller.kind],
  'aws:userid': ({ caller }) => (isService(caller) ? undefined : caller.userId),
  'aws:username': ({ caller }) =>
    caller.kind === 'user' ? caller.arn.slice(caller.arn.lastIndexOf('/') + 1) : undefined,
  'aws:principalisawsservice': ({ caller }) => String(isService(caller)),
  'aws:principalservicename': ({ caller }) => (isService(caller) ? caller.arn : undefined),
  'aws:sourceidentity': ({ caller }) => caller.sourceIdentity,
  'aws:tokenissuetime': ({ caller }) => (caller.issuedAt === undefined ? undefined : iso(caller.issuedAt)),
  // Only temporary credentials carry the key; nobody here has a device.
  'aws:multifactorauthpresent': ({ caller }) => (caller.issuedAt === undefined ? undefined : 'false'),
  'aws:sourcearn': ({ caller }) => caller.sourceArn,
  'aws:sourceaccount': ({ caller }) => caller.sourceAccount,
  // Of what the function's own code asks for, not of what Lambda does with its role.
  'lambda:sourcefunctionarn': ({ caller }) => caller.sourceFunctionArn,
  'aws:currenttime': ({ now }) => iso(now),
  'aws:epochtime': ({ now }) => String(Math.floor(now / 1000)),
  'aws:requestedregion': ({ service, region }) => (GLOBAL_SERVICES.has(service) ? 'us-east-1' : region),
  'aws:principalorgid': (facts) => membershipOfCaller(facts)?.organizationId,
  'aws:principalorgpaths': (facts) => unitPath(membershipOfCaller(facts)),
  'aws:resourceorgid': ({ membershipOf, resourceAccountId }) => membershipOf?.(resourceAccountId)?.organizationId,
  'aws:resourceorgpaths': ({ membershipOf, resourceAccountId }) => unitPath(membershipOf?.(resourceAccountId)),
  'aws:resourceaccount': ({ resourceAccountId }) => resourceAccountId,
  'aws:viaawsservice': ({ caller }) => String(caller.viaService !== undefined),
  'aws:sourceip': ({ caller }) => (isService(caller) ? undefined : '127.0.0.1'),
  // The endpoint speaks plain HTTP on loopback in the place of AWS's TLS endpoints. A policy that demands TLS would lock
  // everyone out of the local cloud, and nothing that could be learnt from that is true on AWS.
  'aws:securetransport': () => 'true',
};

const PRINCIPAL_TYPES: Record<Caller['kind'], string | undefined> = {
  administrator: 'Account',
  role: 'AssumedRole',
  user: 'User',
  service: undefined,
  anonymous: 'Anonymous',
};

function membershipOfCaller({ caller, membershipOf }: RequestFacts): Membership | undefined {
  return isService(caller) ? undefined : membershipOf?.(caller.accountId);
}

/** Conditions know the path down to the unit, without the account. */
function unitPath(membership: Membership | undefined): string | undefined {
  return membership?.path.replace(/\d{12}\/$/, '');
}

function isService(caller: Caller): boolean {
  return caller.kind === 'service';
}

/** A session tag takes the place of the role's tag of the same key; keys are compared without case. */
function principalTag({ caller, principalTags }: RequestFacts, key: string): string | undefined {
  const session = Object.entries(caller.sessionTags ?? {}).find(([name]) => name.toLowerCase() === key);
  return session?.[1] ?? principalTags.find(({ Key }) => Key.toLowerCase() === key)?.Value;
}

/** The tags of a request imply their keys, for services that state only `aws:RequestTag/…`. */
function requestTagKeys(conditions: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const prefix = 'aws:requesttag/';
  const stated = Object.keys(conditions).filter((key) => key.toLowerCase().startsWith(prefix));
  const keys = stated.map((key) => key.slice(prefix.length));
  return keys.length > 0 ? keys : undefined;
}

function lowerCaseKeys(
  conditions: Readonly<Record<string, string | readonly string[]>>,
): Map<string, readonly string[]> {
  return new Map(
    Object.entries(conditions).map(([key, value]) => [key.toLowerCase(), typeof value === 'string' ? [value] : value]),
  );
}

function one(value: string | undefined): readonly string[] | undefined {
  return value === undefined ? undefined : [value];
}

function iso(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+/, '');
}
