import { AwsError } from '../kernel/errors.ts';
import type { AccessRequest, Cloud, OperationInput, RequestContext } from '../kernel/service.ts';
import { organizationsDatabase } from '../organizations/database.ts';
import { nodeArn } from '../organizations/identifiers.ts';

const PRINCIPAL = 'account.amazonaws.com';

/** 400 ValidationException. */
export function invalid(message: string, reason = 'fieldValidationFailed'): AwsError {
  return new AwsError('ValidationException', message, { fields: { reason } });
}

/** A text member. Throws ValidationException. */
export function requiredText(input: OperationInput, member: string, rule: { max: number; pattern?: RegExp }): string {
  const value: unknown = input[member];
  if (typeof value !== 'string' || value === '') throw invalid(`${member} is required.`);
  if (value.length > rule.max) throw invalid(`${member} must have at most ${rule.max} characters.`);
  if (rule.pattern && !rule.pattern.test(value)) throw invalid(`${member} does not have the required form.`);
  return value;
}

/**
 * The account that is acted upon: the caller's own, or a member that `AccountId` names, for the management account and the delegated
 * administrator of account management. Throws AccessDeniedException, ValidationException.
 * https://docs.aws.amazon.com/accounts/latest/reference/using-orgs.html
 */
export function accountOf(cloud: Cloud, input: OperationInput, { accountId }: RequestContext): string {
  if (input.AccountId === undefined || input.AccountId === null) return accountId;
  const target = requiredText(input, 'AccountId', { max: 12, pattern: /^\d{12}$/ });
  const database = organizationsDatabase(cloud);
  const organization = database.organizationOf(accountId);
  const own = organization && database.account(organization.id, accountId);
  const refused = new AwsError('AccessDeniedException', 'User is not authorized to access this resource.', {
    status: 403,
  });
  if (!organization || !own) throw refused;
  const management = organization.managementAccountId === accountId;
  const trusted = organization.serviceAccess[PRINCIPAL] !== undefined;
  const delegated = trusted && own.account.delegatedServices[PRINCIPAL] !== undefined;
  if (!delegated && !(management && trusted)) throw refused;
  // Nobody names the management account, not even itself: it leaves the member out.
  if (!database.account(organization.id, target) || target === organization.managementAccountId) throw refused;
  return target;
}

/** The IAM check of an operation: on the caller's own account, or on a member's. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsaccountmanagement.html */
export function accountAccess(
  cloud: Cloud,
  action: string,
  input: OperationInput,
  { accountId }: RequestContext,
): AccessRequest[] {
  const database = organizationsDatabase(cloud);
  const organization = database.organizationOf(accountId);
  const member = organization && database.node(organization.id, String(input.AccountId ?? ''));
  const resource =
    organization && member
      ? nodeArn(organization, member).replace(':organizations:', ':account:')
      : `arn:aws:account::${accountId}:account`;
  const conditions = {
    ...(typeof input.RegionName === 'string' && { 'account:TargetRegion': input.RegionName }),
    ...(typeof input.AlternateContactType === 'string' && {
      'account:AlternateContactTypes': input.AlternateContactType,
    }),
  };
  return [{ action: `account:${action}`, resource, conditions }];
}
