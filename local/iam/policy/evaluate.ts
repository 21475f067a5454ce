import type { Caller } from '../../kernel/service.ts';
import type { ConditionContext } from './condition-context.ts';
import type { Policy } from './document.ts';
import type { PrincipalMatch } from './principal.ts';
import { appliesTo, type StatementQuestion } from './statement.ts';

/** Everything that decides about one request. */
export interface EvaluationRequest {
  readonly principal: Caller;
  /** "sqs:SendMessage" */
  readonly action: string;
  readonly resource: string;
  readonly conditions: ConditionContext;
  readonly identityPolicies: readonly Policy[];
  readonly permissionsBoundary?: Policy;
  /** Together they say what the session may do; each other kind limits further. */
  readonly sessionPolicies?: readonly Policy[];
  readonly resourcePolicy?: Policy;
  /** Default: the principal's own account. */
  readonly resourceAccountId?: string;
  /** One list for each level from the root of the organization down to the account; each level has to allow. */
  readonly serviceControlPolicies?: readonly (readonly Policy[])[];
  /** Trust policies (and key policies) have to allow even within one account. */
  readonly resourcePolicyRequired?: boolean;
}

export interface Evaluation {
  readonly decision: 'allow' | 'explicit-deny' | 'implicit-deny';
  /** The end of AWS's message: "because no identity-based policy allows the sqs:SendMessage action"; empty when allowed. */
  readonly because: string;
}

const ALLOWED: Evaluation = { decision: 'allow', because: '' };

const EXPLICIT = (where: string): Evaluation => ({
  decision: 'explicit-deny',
  because: `with an explicit deny in ${where}`,
});

/**
 * AWS's policy evaluation logic within one account and across accounts: an explicit deny anywhere decides; then every
 * kind of policy that limits has to allow, and what grants is the identity-based policies, the resource-based policy, or
 * both. Resource control policies are not part of it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluate(request: EvaluationRequest): Evaluation {
  const question: StatementQuestion = {
    caller: request.principal,
    action: request.action.toLowerCase(),
    resource: request.resource,
    context: request.conditions,
  };
  const denied = explicitDeny(request, question);
  if (denied) return denied;
  const missing = (kind: string): Evaluation => ({
    decision: 'implicit-deny',
    because: `because no ${kind} allows the ${request.action} action`,
  });
  for (const level of request.serviceControlPolicies ?? []) {
    if (!anyAllows(level, question)) return missing('service control policy');
  }
  const granted = grantOf(request.resourcePolicy, question);
  const { principal } = request;
  if (principal.kind === 'service' || principal.kind === 'anonymous') {
    return granted ? ALLOWED : missing('resource-based policy');
  }
  const sameAccount = (request.resourceAccountId ?? principal.accountId) === principal.accountId;
  if (!sameAccount || request.resourcePolicyRequired) {
    if (!granted) return missing('resource-based policy');
  }
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
  if (sameAccount && (granted === 'session' || granted === 'user')) return ALLOWED;
  const grantsAlone = sameAccount && (granted === 'role' || granted === 'anyone');
  if (!grantsAlone && !anyAllows(request.identityPolicies, question)) return missing('identity-based policy');
  if (request.permissionsBoundary && !anyAllows([request.permissionsBoundary], question)) {
    return missing('permissions boundary');
  }
  if (request.sessionPolicies?.length && !anyAllows(request.sessionPolicies, question)) {
    return missing('session policy');
  }
  return ALLOWED;
}

function explicitDeny(request: EvaluationRequest, question: StatementQuestion): Evaluation | undefined {
  const { serviceControlPolicies: levels = [], permissionsBoundary: boundary } = request;
  if (levels.some((level) => anyDenies(level, question))) return EXPLICIT('a service control policy');
  if (request.resourcePolicy && anyDenies([request.resourcePolicy], question)) {
    return EXPLICIT('a resource-based policy');
  }
  if (anyDenies(request.identityPolicies, question)) return EXPLICIT('an identity-based policy');
  if (boundary && anyDenies([boundary], question)) return EXPLICIT('a permissions boundary');
  if (anyDenies(request.sessionPolicies ?? [], question)) return EXPLICIT('a session policy');
  return undefined;
}

function anyDenies(policies: readonly Policy[], question: StatementQuestion): boolean {
  return hasStatement(policies, 'Deny', question);
}

function anyAllows(policies: readonly Policy[], question: StatementQuestion): boolean {
  return hasStatement(policies, 'Allow', question);
}

function hasStatement(policies: readonly Policy[], effect: 'Allow' | 'Deny', question: StatementQuestion): boolean {
  for (const policy of policies) {
    for (const statement of policy.statements) {
      if (statement.effect === effect && appliesTo(statement, question) !== 'none') return true;
    }
  }
  return false;
}

const DIRECTNESS: readonly PrincipalMatch[] = ['session', 'user', 'role', 'service', 'anyone', 'account'];

/** The most direct grant that the resource policy gives the caller. */
function grantOf(policy: Policy | undefined, question: StatementQuestion): PrincipalMatch | undefined {
  let best: PrincipalMatch | undefined;
  for (const statement of policy?.statements ?? []) {
    if (statement.effect !== 'Allow') continue;
    const match = appliesTo(statement, question);
    if (match === 'none' || match === 'identity') continue;
    if (best === undefined || DIRECTNESS.indexOf(match) < DIRECTNESS.indexOf(best)) best = match;
  }
  return best;
}
