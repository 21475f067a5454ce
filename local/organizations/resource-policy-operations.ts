import type { Operation } from '../kernel/service.ts';
import { checkedDelegationPolicy } from './delegation-policy.ts';
import { invalidInput, notFound } from './errors.ts';
import { randomId } from './identifiers.ts';
import { requiredText, tagsOf } from './input.ts';
import { organizationOperation } from './operation.ts';
import type { OrganizationsParts } from './parts.ts';
import type { OrganizationRecord } from './records.ts';

/** Characters. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html */
const CONTENT = { min: 1, max: 40_000 };

/** The policy by which the management account lets members read the organization, manage policies and tag. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html */
export function resourcePolicyOperations(parts: OrganizationsParts): Record<string, Operation> {
  const { database } = parts;
  return {
    PutResourcePolicy: organizationOperation(parts, 'PutResourcePolicy', {
      by: 'management',
      modifies: () => 'resource policy',
      handle(input, { organization }) {
        const content = checkedDelegationPolicy(
          requiredText(input, 'Content', CONTENT),
          (accountId) => database.account(organization.id, accountId) !== undefined,
        );
        const { resourcePolicy } = organization;
        const given = tagsOf(input);
        if (resourcePolicy && given.length > 0) {
          throw invalidInput(
            'UPDATE_EXISTING_RESOURCE_POLICY_WITH_TAGS_NOT_SUPPORTED',
            'Tags can be given only when the resource policy is created. Use TagResource instead.',
          );
        }
        const changed = {
          ...organization,
          resourcePolicy: {
            id: resourcePolicy?.id ?? `rp-${randomId(8)}`,
            content,
            tags: resourcePolicy?.tags ?? given,
          },
        };
        database.putOrganization(changed);
        return view(changed);
      },
    }),
    DescribeResourcePolicy: organizationOperation(parts, 'DescribeResourcePolicy', {
      by: 'delegated',
      handle: (_input, { organization }) => view(organization),
    }),
    DeleteResourcePolicy: organizationOperation(parts, 'DeleteResourcePolicy', {
      by: 'management',
      modifies: () => 'resource policy',
      handle(_input, { organization }) {
        const { resourcePolicy, ...rest } = organization;
        if (!resourcePolicy) throw notFound('ResourcePolicyNotFoundException');
        database.putOrganization(rest);
        return undefined;
      },
    }),
  };
}

function view(organization: OrganizationRecord) {
  const { resourcePolicy, managementAccountId, id } = organization;
  if (!resourcePolicy) throw notFound('ResourcePolicyNotFoundException');
  return {
    ResourcePolicy: {
      ResourcePolicySummary: {
        Id: resourcePolicy.id,
        Arn: `arn:aws:organizations::${managementAccountId}:resourcepolicy/${id}/${resourcePolicy.id}`,
      },
      Content: resourcePolicy.content,
    },
  };
}
