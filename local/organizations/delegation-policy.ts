import type { PolicyDocument, StatementDocument } from '../iam/policy/document.ts';
import { validatePolicy } from '../iam/policy/validate.ts';
import { matchesWildcard } from '../iam/policy/wildcard.ts';
import { AwsError } from '../kernel/errors.ts';
import { invalidInput } from './errors.ts';

/** What can be delegated. https://docs.aws.amazon.com/organizations/latest/userguide/orgs-policy-delegate-update.html */
const DELEGABLE = [
  'AttachPolicy',
  'CreatePolicy',
  'DeletePolicy',
  'DescribeAccount',
  'DescribeCreateAccountStatus',
  'DescribeEffectivePolicy',
  'DescribeHandshake',
  'DescribeOrganization',
  'DescribeOrganizationalUnit',
  'DescribePolicy',
  'DescribeResourcePolicy',
  'DetachPolicy',
  'DisablePolicyType',
  'EnablePolicyType',
  'ListAccounts',
  'ListAccountsForParent',
  'ListAWSServiceAccessForOrganization',
  'ListChildren',
  'ListCreateAccountStatus',
  'ListDelegatedAdministrators',
  'ListDelegatedServicesForAccount',
  'ListHandshakesForAccount',
  'ListHandshakesForOrganization',
  'ListOrganizationalUnitsForParent',
  'ListParents',
  'ListPolicies',
  'ListPoliciesForTarget',
  'ListRoots',
  'ListTagsForResource',
  'ListTargetsForPolicy',
  'TagResource',
  'UntagResource',
  'UpdatePolicy',
].map((name) => `organizations:${name}`.toLowerCase());

/** What no member does, whoever delegates it: a pattern that covers one of these is refused. */
const NEVER = [
  'CloseAccount',
  'CreateAccount',
  'CreateOrganization',
  'CreateOrganizationalUnit',
  'DeleteOrganization',
  'DeleteOrganizationalUnit',
  'DeleteResourcePolicy',
  'DeregisterDelegatedAdministrator',
  'DisableAWSServiceAccess',
  'EnableAWSServiceAccess',
  'InviteAccountToOrganization',
  'MoveAccount',
  'PutResourcePolicy',
  'RegisterDelegatedAdministrator',
  'RemoveAccountFromOrganization',
  'UpdateOrganizationalUnit',
].map((name) => `organizations:${name}`.toLowerCase());

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html#awsorganizations-policy-keys */
const CONDITION_KEYS = /^(aws:(requesttag|resourcetag)\/.+|aws:tagkeys|organizations:(policytype|serviceprincipal))$/i;

/**
 * Checks the policy by which the management account delegates: Action and Resource lists, only of what can be delegated,
 * to accounts of the organization. Throws InvalidInputException with AWS's reason.
 */
export function checkedDelegationPolicy(content: string, isMember: (accountId: string) => boolean): string {
  for (const statement of [parsed(content).Statement].flat()) {
    if (statement.NotAction !== undefined || statement.NotResource !== undefined) throw unsuitable();
    for (const action of list(statement.Action)) checkAction(action.toLowerCase());
    for (const resource of list(statement.Resource)) checkResource(resource);
    for (const keys of Object.values(statement.Condition ?? {})) {
      if (Object.keys(keys).some((key) => !CONDITION_KEYS.test(key))) throw unsuitable();
    }
    checkPrincipal(statement, isMember);
  }
  return content;
}

function parsed(content: string): PolicyDocument {
  try {
    return validatePolicy(content, 'resource');
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw unsuitable();
  }
}

function unsuitable(): AwsError {
  return invalidInput(
    'INVALID_RESOURCE_POLICY_JSON',
    'The provided resource policy document does not meet the requirements.',
  );
}

function list(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat();
}

function checkAction(action: string): void {
  const covers = (name: string) => matchesWildcard(action, name);
  if (DELEGABLE.some(covers) && !NEVER.some(covers)) return;
  throw invalidInput(
    'UNSUPPORTED_ACTION_IN_RESOURCE_POLICY',
    'The provided resource policy document contains an action that cannot be delegated.',
  );
}

function checkResource(resource: string): void {
  if (resource === '*' || resource.split(':')[2] === 'organizations') return;
  throw invalidInput(
    'UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY',
    'The provided resource policy document contains a resource that is not one of AWS Organizations.',
  );
}

/** Users, roles and accounts, of members only. */
function checkPrincipal({ Principal }: StatementDocument, isMember: (accountId: string) => boolean): void {
  const names = typeof Principal === 'object' && Principal !== null ? Object.entries(Principal) : [];
  const accounts = names.flatMap(([kind, ids]) =>
    [ids].flat().map((id) => (kind === 'AWS' ? accountOf(String(id)) : undefined)),
  );
  if (accounts.length > 0 && accounts.every((id) => id !== undefined && isMember(id))) return;
  throw invalidInput('INVALID_PRINCIPAL', 'You specified an invalid principal element in the policy.');
}

function accountOf(principal: string): string | undefined {
  return /^(?:arn:aws[\w-]*:(?:iam|sts)::)?(\d{12})(?::.+)?$/.exec(principal)?.[1];
}
