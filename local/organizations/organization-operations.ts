import { AwsError } from '../kernel/errors.ts';
import type { Operation, RequestContext } from '../kernel/service.ts';
import { FULL_ACCESS } from './full-access.ts';
import { nodeArn, organizationArn, randomId } from './identifiers.ts';
import { requiredOneOf } from './input.ts';
import { organizationOperation } from './operation.ts';
import type { OrganizationsParts } from './parts.ts';
import { SERVICE_CONTROL_POLICY } from './policy-types.ts';
import type { NodeRecord, OrganizationRecord } from './records.ts';

/** The organization itself. https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganization.html */
export function organizationOperations(parts: OrganizationsParts): Record<string, Operation> {
  const { database, cloud, settings } = parts;
  return {
    CreateOrganization: {
      handle(input, context: RequestContext) {
        parts.throttle.admit('CreateOrganization', context.accountId, undefined);
        const featureSet =
          input.FeatureSet === undefined ? 'ALL' : requiredOneOf(input, 'FeatureSet', ['ALL', 'CONSOLIDATED_BILLING']);
        if (database.organizationOf(context.accountId)) {
          throw new AwsError(
            'AlreadyInOrganizationException',
            'The AWS account is already a member of an organization.',
          );
        }
        const finalizedAt = cloud.clock.now() + settings.finalizingSeconds * 1000;
        const organization = createOrganization(parts, context.accountId, featureSet, finalizedAt);
        // Something completes then: a jumping clock goes there.
        cloud.clock.at(finalizedAt, () =>
          cloud.log('debug', 'the organization is initialized', { id: organization.id }),
        );
        return { Organization: organizationView(organization) };
      },
    },
    DescribeOrganization: organizationOperation(parts, 'DescribeOrganization', {
      by: 'member',
      handle: (_input, { organization }) => ({ Organization: organizationView(organization) }),
    }),
    DeleteOrganization: organizationOperation(parts, 'DeleteOrganization', {
      by: 'management',
      modifies: () => 'organization',
      handle(_input, { organization }) {
        const nodes = database.nodes.values(`${organization.id}/`);
        if (nodes.some(({ kind }) => kind === 'ORGANIZATIONAL_UNIT') || database.accounts(organization.id).length > 1) {
          throw new AwsError(
            'OrganizationNotEmptyException',
            'To delete an organization you must first remove all member accounts (except the management account) and organizational units.',
          );
        }
        cloud.store.transaction(() => {
          for (const node of nodes) database.deleteNode(node);
          for (const { id } of database.policies.values(`${organization.id}/`)) {
            database.policies.delete(`${organization.id}/${id}`, 0);
          }
          database.deleteOrganization(organization.id);
        });
        return undefined;
      },
    }),
  };
}

/** A new organization of which `accountId` is the management account. */
export function createOrganization(
  parts: OrganizationsParts,
  accountId: string,
  featureSet: OrganizationRecord['featureSet'],
  finalizedAt: number,
): OrganizationRecord {
  const { database, cloud } = parts;
  const now = cloud.clock.now();
  const all = featureSet === 'ALL';
  const email = `management+${accountId}@example.com`;
  const organization: OrganizationRecord = {
    id: `o-${randomId(10)}`,
    rootId: `r-${randomId(4)}`,
    managementAccountId: accountId,
    managementEmail: email,
    featureSet,
    createdAt: now,
    finalizedAt,
    policyTypes: all ? [SERVICE_CONTROL_POLICY] : [],
    serviceAccess: {},
    closures: [],
  };
  const common = { organizationId: organization.id, policies: all ? [FULL_ACCESS.id] : [], tags: [] };
  const root: NodeRecord = { ...common, id: organization.rootId, kind: 'ROOT', name: 'Root' };
  const management: NodeRecord = {
    ...common,
    id: accountId,
    kind: 'ACCOUNT',
    parentId: root.id,
    name: 'management',
    account: { email, joinedMethod: 'INVITED', joinedAt: now, state: 'ACTIVE', delegatedServices: {} },
  };
  cloud.store.transaction(() => {
    database.putOrganization(organization);
    database.emails.put(email, accountId);
    database.putNode(root, 0);
    database.putNode(management, 0);
  });
  return organization;
}

/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html */
function organizationView(organization: OrganizationRecord) {
  return {
    Id: organization.id,
    Arn: organizationArn(organization),
    FeatureSet: organization.featureSet,
    MasterAccountArn: nodeArn(organization, { kind: 'ACCOUNT', id: organization.managementAccountId }),
    MasterAccountId: organization.managementAccountId,
    MasterAccountEmail: organization.managementEmail,
    AvailablePolicyTypes:
      organization.featureSet === 'ALL' ? [{ Type: SERVICE_CONTROL_POLICY, Status: 'ENABLED' }] : [],
  };
}
