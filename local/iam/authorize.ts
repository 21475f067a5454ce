import { AwsError } from '../kernel/errors.ts';
import type { AccessRequest, Caller, Cloud } from '../kernel/service.ts';
import type { EffectivePolicies } from './effective-policies.ts';
import { compilePolicy } from './policy/document.ts';
import { type Evaluation, evaluate } from './policy/evaluate.ts';
import { type Membership, requestConditions } from './request-conditions.ts';

/** What authorisation draws on. */
export interface AuthorizationParts {
  readonly cloud: Pick<Cloud, 'clock'>;
  readonly policiesOf: (caller: Caller) => EffectivePolicies;
  /** Policies by level from the root of the organization to the account; undefined for an account without any. */
  readonly serviceControlPolicies: (accountId: string) => readonly (readonly string[])[] | undefined;
  readonly membershipOf: (accountId: string) => Membership | undefined;
}

/** Within an account, too, a role's trust policy has to allow these. */
const TRUST_DECIDES = new Set(['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']);

/** A key's policy decides, too: IAM's count where it names the account. https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html */
function ownPolicyDecides({ action, resourcePolicy }: AccessRequest): boolean {
  return TRUST_DECIDES.has(action) || (action.startsWith('kms:') && resourcePolicy !== undefined);
}

/** Decides one request of one caller, by all policies that apply. */
export function decide(
  parts: AuthorizationParts,
  caller: Caller,
  request: AccessRequest,
  context: { region: string; service: string },
): Evaluation {
  const own = parts.policiesOf(caller);
  const resourceAccountId = request.resourceAccountId ?? caller.accountId;
  const resourcePolicy = request.resourcePolicy === undefined ? undefined : compilePolicy(request.resourcePolicy);
  const levels = controlledBy(parts, caller);
  return evaluate({
    principal: caller,
    action: request.action,
    resource: request.resource,
    conditions: requestConditions({
      caller,
      principalTags: own.tags,
      ...(request.conditions && { conditions: request.conditions }),
      resourceAccountId,
      region: context.region,
      service: context.service,
      now: parts.cloud.clock.now(),
      membershipOf: parts.membershipOf,
    }),
    identityPolicies: own.identity,
    ...(own.boundary && { permissionsBoundary: own.boundary }),
    ...(caller.sessionPolicies && { sessionPolicies: caller.sessionPolicies.map(compilePolicy) }),
    ...(resourcePolicy && { resourcePolicy }),
    ...(levels && { serviceControlPolicies: levels.map((level) => level.map(compilePolicy)) }),
    ...(caller.kind !== 'service' && caller.kind !== 'anonymous' && { resourceAccountId }),
    ...(ownPolicyDecides(request) && { resourcePolicyRequired: true }),
  });
}

/** Service control policies bind the account's own principals; service-linked roles and AWS services are exempt. */
function controlledBy(parts: AuthorizationParts, caller: Caller): readonly (readonly string[])[] | undefined {
  if (caller.kind === 'service' || caller.kind === 'anonymous') return undefined;
  if (caller.roleArn?.includes(':role/aws-service-role/')) return undefined;
  return parts.serviceControlPolicies(caller.accountId);
}

/** Services whose clients know the refusal as `AccessDenied`; the JSON protocols say `AccessDeniedException`. */
const ACCESS_DENIED = new Set([
  'iam',
  'sts',
  'cloudformation',
  'sqs',
  'sns',
  's3',
  'autoscaling',
  'elasticloadbalancing',
]);
/** JSON services that answer it with status 400. */
const STATUS_400 = new Set([
  'states',
  'events',
  'dynamodb',
  'logs',
  'organizations',
  'budgets',
  'ssm',
  'servicequotas',
  'kms',
  'tagging',
]);

/**
 * AWS's refusal: who, what, on which resource, and for want of which kind of policy.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function accessDenied(
  caller: Caller,
  request: Pick<AccessRequest, 'action' | 'resource'>,
  because: string,
  service: string,
): AwsError {
  // That a trust policy does not allow is not said.
  const reason = TRUST_DECIDES.has(request.action) && because.includes('resource-based') ? '' : because;
  const sentence = `User: ${caller.arn} is not authorized to perform: ${request.action} on resource: ${request.resource}${reason && ` ${reason}`}`;
  if (service === 'ec2') {
    return new AwsError('UnauthorizedOperation', `You are not authorized to perform this operation. ${sentence}`, {
      status: 403,
    });
  }
  return new AwsError(ACCESS_DENIED.has(service) ? 'AccessDenied' : 'AccessDeniedException', sentence, {
    status: STATUS_400.has(service) ? 400 : 403,
  });
}
