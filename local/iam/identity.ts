import { AwsError } from '../kernel/errors.ts';
import type { Caller, Cloud, Identity } from '../kernel/service.ts';
import { type AuthorizationParts, accessDenied, decide } from './authorize.ts';
import { entityKey, iamDatabase, parseEntityArn } from './database.ts';
import { effectivePolicies } from './effective-policies.ts';
import { compilePolicy } from './policy/document.ts';
import { evaluate } from './policy/evaluate.ts';
import { type Membership, requestConditions } from './request-conditions.ts';
import { roleSession } from './session.ts';
import { authenticate } from './signature/authenticate.ts';
import { temporaryCredentials } from './temporary-credentials.ts';
import { evaluatedTrustPolicy } from './trust.ts';

/** For which resource a service takes a role; trust policies ask for it against the confused deputy. */
export interface RoleSource {
  readonly sourceArn?: string;
  /** Default: the role's own account. */
  readonly sourceAccount?: string;
}

/** The identity check with what the shared contract leaves out. */
export interface IamIdentity extends Identity {
  serviceRole(roleArn: string, servicePrincipal: string, sessionName: string, source?: RoleSource): Caller;
}

export interface IdentityOptions {
  /**
   * The service control policies (JSON text) of an account, one list for each level from the organization's root down to
   * the account itself; undefined where none apply (no organization, its management account). Asked for at each call.
   */
  serviceControlPolicies?: (accountId: string) => readonly (readonly string[])[] | undefined;
  /** Whether an account is closed: nobody of it does anything, and nobody gets at what is in it. Default: none is. */
  isClosed?: (accountId: string) => boolean;
  /** Where an account is in an organization. Default: nowhere. */
  membershipOf?: (accountId: string) => Membership | undefined;
  /** Real time in milliseconds, for signatures. Default: the system's. */
  realNow?: () => number;
}

/**
 * The identity check of the local cloud: signatures verified, policies evaluated on every call, as AWS does it. The
 * operator of an account ({@link authenticate} says which keys that is) passes, but for explicit denies.
 */
export function createIdentity(
  cloud: Pick<Cloud, 'accountId' | 'clock' | 'store' | 'region'>,
  options: IdentityOptions = {},
): IamIdentity {
  const database = iamDatabase(cloud);
  const credentials = temporaryCredentials(cloud);
  const parts: AuthorizationParts = {
    cloud,
    policiesOf: effectivePolicies(database),
    serviceControlPolicies: options.serviceControlPolicies ?? (() => undefined),
    membershipOf: options.membershipOf ?? (() => undefined),
  };
  const isClosed = options.isClosed ?? (() => false);
  const signatures = { cloud, database, credentials, isClosed, realNow: options.realNow ?? Date.now };
  return {
    authenticate: (request) => authenticate(signatures, request),
    authorize(caller, requests, context) {
      for (const request of requests) {
        if (isClosed(caller.accountId) || isClosed(request.resourceAccountId ?? caller.accountId)) {
          throw accessDenied(caller, request, '', context.service);
        }
        const { decision, because } = decide(parts, caller, request, context);
        if (decision === 'allow') continue;
        throw accessDenied(caller, request, because, context.service);
      }
    },
    serviceRole(roleArn, servicePrincipal, sessionName, source: RoleSource = {}) {
      const entity = parseEntityArn(roleArn, 'role');
      const role = entity && database.roles.effective(entityKey(entity.accountId, entity.name)).value;
      const refused = notAssumable(servicePrincipal, roleArn);
      if (role?.arn !== roleArn || isClosed(role.accountId)) throw refused;
      const service = servicePrincipalCaller(servicePrincipal, role.accountId, source);
      const facts = { caller: service, principalTags: [], resourceAccountId: role.accountId };
      const { decision } = evaluate({
        principal: service,
        action: 'sts:AssumeRole',
        resource: roleArn,
        conditions: requestConditions({ ...facts, region: cloud.region, service: 'sts', now: cloud.clock.now() }),
        identityPolicies: [],
        resourcePolicy: compilePolicy(evaluatedTrustPolicy(role)),
      });
      if (decision !== 'allow') throw refused;
      return roleSession(role, sessionName, cloud.clock.now());
    },
    credentials: (caller, durationSeconds) => credentials.issue(caller, durationSeconds),
  };
}

/** An AWS service that acts for an account, on behalf of one of its resources. */
function servicePrincipalCaller(servicePrincipal: string, accountId: string, source: RoleSource): Caller {
  return {
    kind: 'service',
    accountId,
    arn: servicePrincipal,
    userId: servicePrincipal,
    sourceAccount: source.sourceAccount ?? accountId,
    ...(source.sourceArn !== undefined && { sourceArn: source.sourceArn }),
  };
}

function notAssumable(servicePrincipal: string, roleArn: string): AwsError {
  return new AwsError(
    'AccessDenied',
    `User: ${servicePrincipal} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    { status: 403 },
  );
}

export { allowAllIdentity } from './allow-all-identity.ts';
