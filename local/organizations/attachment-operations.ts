import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput } from '../kernel/service.ts';
import { constraintViolation, notFound } from './errors.ts';
import { FULL_ACCESS } from './full-access.ts';
import { nodeArn } from './identifiers.ts';
import { requiredText, TARGET_ID } from './input.ts';
import { actedOn } from './nodes.ts';
import { type OrganizationCall, organizationOperation } from './operation.ts';
import { pageOf } from './paging.ts';
import type { OrganizationsParts } from './parts.ts';
import { actedPolicy, existingPolicy, policySummary } from './policies.ts';
import { policyTypeOf } from './policy-types.ts';
import type { NodeRecord, OrganizationRecord, PolicyRecord } from './records.ts';

/** Service control policies attached directly to one root, unit or account. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html */
const MOST_ATTACHED = 10;
const CONTROL = { 'organizations:PolicyType': 'SERVICE_CONTROL_POLICY' };
const TARGET_TYPES = { ROOT: 'ROOT', ORGANIZATIONAL_UNIT: 'ORGANIZATIONAL_UNIT', ACCOUNT: 'ACCOUNT' } as const;

/** Which policy is in force where. https://docs.aws.amazon.com/organizations/latest/APIReference/API_AttachPolicy.html */
export function attachmentOperations(parts: OrganizationsParts): Record<string, Operation> {
  const { database } = parts;
  const both = (input: OperationInput, organization: OrganizationRecord) => [
    ...actedPolicy(parts, organization, input.PolicyId),
    ...actedOn(database, organization, input.TargetId),
  ];
  const changes = {
    by: 'policy',
    resources: both,
    conditions: () => CONTROL,
    modifies: (input: OperationInput) => String(input.TargetId),
  } as const;
  return {
    AttachPolicy: organizationOperation(parts, 'AttachPolicy', {
      ...changes,
      handle(input, call) {
        const { policy, target } = pair(parts, input, call);
        if (target.policies.includes(policy.id)) {
          throw new AwsError(
            'DuplicatePolicyAttachmentException',
            'The selected policy is already attached to the specified target.',
          );
        }
        if (target.policies.length >= MOST_ATTACHED) {
          throw constraintViolation('MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED');
        }
        parts.save({ ...target, policies: [...target.policies, policy.id] });
        return undefined;
      },
    }),
    DetachPolicy: organizationOperation(parts, 'DetachPolicy', {
      ...changes,
      handle(input, call) {
        const { policy, target } = pair(parts, input, call);
        if (!target.policies.includes(policy.id)) {
          throw new AwsError(
            'PolicyNotAttachedException',
            "The policy isn't attached to the specified target in the specified root.",
          );
        }
        if (target.policies.length === 1) throw constraintViolation('MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED');
        parts.save({ ...target, policies: target.policies.filter((id) => id !== policy.id) });
        return undefined;
      },
    }),
    ListPoliciesForTarget: organizationOperation(parts, 'ListPoliciesForTarget', {
      by: 'delegated',
      resources: (input, organization) => actedOn(database, organization, input.TargetId),
      conditions: (input) => ({ 'organizations:PolicyType': String(input.Filter) }),
      handle(input, { organization }) {
        const type = policyTypeOf(input, 'Filter');
        const target = existingTarget(parts, organization, input);
        const policies = target.policies
          .flatMap((id) =>
            id === FULL_ACCESS.id ? FULL_ACCESS : (database.policies.get(`${organization.id}/${id}`) ?? []),
          )
          .filter((policy) => policy.type === type)
          .sort((a, b) => (a.id < b.id ? -1 : 1));
        const view = (policy: PolicyRecord) => policySummary(organization, policy);
        return pageOf('Policies', policies, ({ id }) => id, view, input);
      },
    }),
    ListTargetsForPolicy: organizationOperation(parts, 'ListTargetsForPolicy', {
      by: 'delegated',
      resources: (input, organization) => actedPolicy(parts, organization, input.PolicyId),
      conditions: () => CONTROL,
      handle(input, { organization }) {
        const { id } = existingPolicy(parts, organization, input);
        const targets = database.nodes.list(`${organization.id}/`).filter(({ policies }) => policies.includes(id));
        const view = (node: NodeRecord) => ({
          TargetId: node.id,
          Arn: nodeArn(organization, node),
          Name: node.name,
          Type: TARGET_TYPES[node.kind],
        });
        return pageOf('Targets', targets, (node) => node.id, view, input);
      },
    }),
  };
}

function pair(parts: OrganizationsParts, input: OperationInput, { organization }: OrganizationCall) {
  const policy = existingPolicy(parts, organization, input);
  const target = existingTarget(parts, organization, input);
  if (!organization.policyTypes.includes(policy.type)) {
    throw new AwsError(
      'PolicyTypeNotEnabledException',
      "The specified policy type isn't currently enabled in this root.",
    );
  }
  return { policy, target };
}

function existingTarget(
  parts: OrganizationsParts,
  organization: OrganizationRecord,
  input: { TargetId?: unknown },
): NodeRecord {
  const target = parts.database.node(organization.id, requiredText(input, 'TargetId', TARGET_ID));
  if (!target) throw notFound('TargetNotFoundException');
  return target;
}
