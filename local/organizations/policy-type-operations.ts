import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput } from '../kernel/service.ts';
import { notFound } from './errors.ts';
import { FULL_ACCESS } from './full-access.ts';
import { ROOT_ID, requiredText } from './input.ts';
import { actedOn } from './nodes.ts';
import { type OrganizationCall, organizationOperation } from './operation.ts';
import type { OrganizationsParts } from './parts.ts';
import { policyTypeOf, SERVICE_CONTROL_POLICY } from './policy-types.ts';
import { rootView } from './tree-operations.ts';

/** Switches service control policies on and off in the root. https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnablePolicyType.html */
export function policyTypeOperations(parts: OrganizationsParts): Record<string, Operation> {
  const rules = {
    by: 'policy',
    resources: (input: OperationInput, organization: OrganizationCall['organization']) =>
      actedOn(parts.database, organization, input.RootId),
    conditions: (input: OperationInput) => ({ 'organizations:PolicyType': String(input.PolicyType) }),
    modifies: (input: OperationInput) => String(input.RootId),
  } as const;
  return {
    EnablePolicyType: organizationOperation(parts, 'EnablePolicyType', {
      ...rules,
      handle(input, call) {
        const type = typeInRoot(input, call);
        if (type !== SERVICE_CONTROL_POLICY || call.organization.featureSet !== 'ALL') {
          throw new AwsError(
            'PolicyTypeNotAvailableForOrganizationException',
            'The policy type is not available for your organization.',
          );
        }
        if (call.organization.policyTypes.includes(type)) {
          throw new AwsError(
            'PolicyTypeAlreadyEnabledException',
            'The specified policy type is already enabled in the specified root.',
          );
        }
        // Everything is allowed until somebody takes the policy away.
        return setTypes(parts, call, [...call.organization.policyTypes, type], [FULL_ACCESS.id]);
      },
    }),
    DisablePolicyType: organizationOperation(parts, 'DisablePolicyType', {
      ...rules,
      handle(input, call) {
        const type = typeInRoot(input, call);
        const { policyTypes } = call.organization;
        if (!policyTypes.includes(type)) {
          throw new AwsError(
            'PolicyTypeNotEnabledException',
            "The specified policy type isn't currently enabled in this root.",
          );
        }
        // All attachments go with the type, and do not come back with it.
        return setTypes(
          parts,
          call,
          policyTypes.filter((other) => other !== type),
          [],
        );
      },
    }),
  };
}

function typeInRoot(input: OperationInput, { organization }: OrganizationCall): string {
  const rootId = requiredText(input, 'RootId', ROOT_ID);
  const type = policyTypeOf(input, 'PolicyType');
  if (rootId !== organization.rootId) throw notFound('RootNotFoundException');
  return type;
}

function setTypes(
  parts: OrganizationsParts,
  { organization }: OrganizationCall,
  policyTypes: readonly string[],
  policies: readonly string[],
) {
  const { database, cloud } = parts;
  const changed = { ...organization, policyTypes };
  cloud.store.transaction(() => {
    for (const node of database.nodes.values(`${organization.id}/`)) parts.save({ ...node, policies });
    database.putOrganization(changed);
  });
  const root = database.node(organization.id, organization.rootId);
  return { Root: root && rootView(changed, root) };
}
