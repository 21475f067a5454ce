import { AwsError } from '../kernel/errors.ts';
import type { Operation } from '../kernel/service.ts';
import { constraintViolation, invalidInput } from './errors.ts';
import { FULL_ACCESS } from './full-access.ts';
import { randomId } from './identifiers.ts';
import { NODE_NAME, optionalText, requiredText, tagsOf } from './input.ts';
import { organizationOperation } from './operation.ts';
import { pageOf } from './paging.ts';
import type { OrganizationsParts } from './parts.ts';
import { actedPolicy, checkedContent, existingPolicy, policySummary } from './policies.ts';
import { policyTypeOf, SERVICE_CONTROL_POLICY } from './policy-types.ts';
import type { OrganizationRecord, PolicyRecord } from './records.ts';

/** https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html */
const MOST_POLICIES = 10_000;
const DESCRIPTION = { max: 512 };

/** Service control policies themselves. https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html */
export function policyOperations(parts: OrganizationsParts): Record<string, Operation> {
  const { database } = parts;
  const answer = (organization: OrganizationRecord, policy: PolicyRecord) => ({
    Policy: { PolicySummary: policySummary(organization, policy), Content: policy.content },
  });
  return {
    CreatePolicy: organizationOperation(parts, 'CreatePolicy', {
      by: 'policy',
      conditions: (input) => ({ 'organizations:PolicyType': String(input.Type) }),
      modifies: (input) => `policy ${input.Name}`,
      handle(input, { organization }) {
        const type = policyTypeOf(input, 'Type');
        const name = requiredText(input, 'Name', NODE_NAME);
        const description = requiredText(input, 'Description', DESCRIPTION);
        assertAvailable(organization, type);
        const content = checkedContent(requiredText(input, 'Content', { min: 1 }));
        const policies = database.policies.values(`${organization.id}/`);
        if (policies.length >= MOST_POLICIES) throw constraintViolation('POLICY_NUMBER_LIMIT_EXCEEDED');
        assertFreeName(policies, name);
        const policy: PolicyRecord = {
          id: `p-${randomId(10)}`,
          organizationId: organization.id,
          name,
          description,
          type,
          content,
          awsManaged: false,
          tags: tagsOf(input),
        };
        parts.savePolicy(policy);
        return answer(organization, policy);
      },
    }),
    UpdatePolicy: organizationOperation(parts, 'UpdatePolicy', {
      by: 'policy',
      resources: (input, organization) => actedPolicy(parts, organization, input.PolicyId),
      conditions: () => ({ 'organizations:PolicyType': SERVICE_CONTROL_POLICY }),
      modifies: (input) => String(input.PolicyId),
      handle(input, { organization }) {
        const policy = ownPolicy(parts, organization, input);
        const content = optionalText(input, 'Content', { min: 1 });
        const changed: PolicyRecord = {
          ...policy,
          name: optionalText(input, 'Name', NODE_NAME) ?? policy.name,
          description: optionalText(input, 'Description', DESCRIPTION) ?? policy.description,
          content: content === undefined ? policy.content : checkedContent(content),
        };
        const others = database.policies.values(`${organization.id}/`).filter(({ id }) => id !== policy.id);
        assertFreeName(others, changed.name);
        parts.savePolicy(changed);
        return answer(organization, changed);
      },
    }),
    DeletePolicy: organizationOperation(parts, 'DeletePolicy', {
      by: 'policy',
      resources: (input, organization) => actedPolicy(parts, organization, input.PolicyId),
      conditions: () => ({ 'organizations:PolicyType': SERVICE_CONTROL_POLICY }),
      modifies: (input) => String(input.PolicyId),
      handle(input, { organization }) {
        const policy = ownPolicy(parts, organization, input);
        const nodes = database.nodes.values(`${organization.id}/`);
        if (nodes.some(({ policies }) => policies.includes(policy.id))) {
          throw new AwsError('PolicyInUseException', 'The policy is attached to one or more entities.');
        }
        parts.deletePolicy(policy);
        return undefined;
      },
    }),
    DescribePolicy: organizationOperation(parts, 'DescribePolicy', {
      by: 'delegated',
      resources: (input, organization) => actedPolicy(parts, organization, input.PolicyId),
      conditions: () => ({ 'organizations:PolicyType': SERVICE_CONTROL_POLICY }),
      handle: (input, { organization }) => answer(organization, existingPolicy(parts, organization, input)),
    }),
    ListPolicies: organizationOperation(parts, 'ListPolicies', {
      by: 'delegated',
      conditions: (input) => ({ 'organizations:PolicyType': String(input.Filter) }),
      handle(input, { organization }) {
        const type = policyTypeOf(input, 'Filter');
        const all = [FULL_ACCESS, ...database.policies.list(`${organization.id}/`)]
          .filter((policy) => policy.type === type)
          .sort((a, b) => (a.id < b.id ? -1 : 1));
        const view = (policy: PolicyRecord) => policySummary(organization, policy);
        return pageOf('Policies', all, ({ id }) => id, view, input);
      },
    }),
  };
}

/** A policy that the organization wrote itself. Throws InvalidInputException IMMUTABLE_POLICY for AWS's own. */
function ownPolicy(
  parts: OrganizationsParts,
  organization: OrganizationRecord,
  input: { PolicyId?: unknown },
): PolicyRecord {
  const policy = existingPolicy(parts, organization, input);
  if (policy.awsManaged) throw invalidInput('IMMUTABLE_POLICY', 'You cannot modify a policy that AWS manages.');
  return policy;
}

function assertAvailable(organization: OrganizationRecord, type: string): void {
  if (type === SERVICE_CONTROL_POLICY && organization.featureSet === 'ALL') return;
  throw new AwsError(
    'PolicyTypeNotAvailableForOrganizationException',
    'The policy type is not available for your organization.',
  );
}

function assertFreeName(policies: readonly PolicyRecord[], name: string): void {
  if (!policies.some((policy) => policy.name === name) && name !== FULL_ACCESS.name) return;
  throw new AwsError('DuplicatePolicyException', 'A policy with the same name already exists.');
}
