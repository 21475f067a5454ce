import { validatePolicy } from '../iam/policy/validate.ts';
import { AwsError } from '../kernel/errors.ts';
import { constraintViolation, notFound } from './errors.ts';
import { FULL_ACCESS } from './full-access.ts';
import { policyArn } from './identifiers.ts';
import { POLICY_ID, requiredText } from './input.ts';
import type { Acted } from './operation.ts';
import type { OrganizationsParts } from './parts.ts';
import type { OrganizationRecord, PolicyRecord } from './records.ts';

/** Characters, as written. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html */
const LONGEST_POLICY = 10_240;

/** The policy in `PolicyId`, AWS's own ones included. Throws PolicyNotFoundException. */
export function existingPolicy(
  parts: OrganizationsParts,
  organization: OrganizationRecord,
  input: { PolicyId?: unknown },
): PolicyRecord {
  const id = requiredText(input, 'PolicyId', POLICY_ID);
  if (id === FULL_ACCESS.id && organization.featureSet === 'ALL') return FULL_ACCESS;
  const policy = parts.database.policies.get(`${organization.id}/${id}`);
  if (!policy) throw notFound('PolicyNotFoundException');
  return policy;
}

/** The policies of an IAM check that are named by the id. */
export function actedPolicy(parts: OrganizationsParts, organization: OrganizationRecord, id: unknown): Acted[] {
  const policy = id === FULL_ACCESS.id ? FULL_ACCESS : parts.database.policies.get(`${organization.id}/${String(id)}`);
  return policy ? [{ arn: policyArn(organization, policy), tags: policy.tags }] : [];
}

/**
 * Checks the text of a service control policy. Throws MalformedPolicyDocumentException, ConstraintViolationException.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html
 */
export function checkedContent(content: string): string {
  if (content.length > LONGEST_POLICY) throw constraintViolation('POLICY_CONTENT_LIMIT_EXCEEDED');
  try {
    validatePolicy(content, 'identity');
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError(
      'MalformedPolicyDocumentException',
      'The provided policy document does not meet the requirements of the specified policy type.',
      { cause: error },
    );
  }
  return content;
}

/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_PolicySummary.html */
export function policySummary(organization: OrganizationRecord, policy: PolicyRecord) {
  return {
    Id: policy.id,
    Arn: policyArn(organization, policy),
    Name: policy.name,
    Description: policy.description,
    Type: policy.type,
    AwsManaged: policy.awsManaged,
  };
}
