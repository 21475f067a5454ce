import type { Operation } from '../kernel/service.ts';
import { constraintViolation, invalidInput } from './errors.ts';
import { requiredText, SERVICE_PRINCIPAL } from './input.ts';
import { organizationOperation } from './operation.ts';
import { pageOf } from './paging.ts';
import type { OrganizationsParts } from './parts.ts';

/** AWS services that may act across the organization. https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnableAWSServiceAccess.html */
export function serviceAccessOperations(parts: OrganizationsParts): Record<string, Operation> {
  const { database } = parts;
  const rules = {
    by: 'management',
    conditions: (input: { ServicePrincipal?: unknown }) => ({
      'organizations:ServicePrincipal': String(input.ServicePrincipal),
    }),
    modifies: () => 'service access',
  } as const;
  return {
    EnableAWSServiceAccess: organizationOperation(parts, 'EnableAWSServiceAccess', {
      ...rules,
      handle(input, { organization, now }) {
        const principal = requiredText(input, 'ServicePrincipal', SERVICE_PRINCIPAL);
        if (organization.featureSet !== 'ALL') throw constraintViolation('ORGANIZATION_NOT_IN_ALL_FEATURES_MODE');
        if (!principal.endsWith('.amazonaws.com')) {
          throw invalidInput('UNRECOGNIZED_SERVICE_PRINCIPAL', 'You specified an unrecognized service principal.');
        }
        const serviceAccess = { [principal]: now, ...organization.serviceAccess };
        database.putOrganization({ ...organization, serviceAccess });
        return undefined;
      },
    }),
    DisableAWSServiceAccess: organizationOperation(parts, 'DisableAWSServiceAccess', {
      ...rules,
      handle(input, { organization }) {
        const principal = requiredText(input, 'ServicePrincipal', SERVICE_PRINCIPAL);
        const { [principal]: _gone, ...serviceAccess } = organization.serviceAccess;
        database.putOrganization({ ...organization, serviceAccess });
        return undefined;
      },
    }),
    ListAWSServiceAccessForOrganization: organizationOperation(parts, 'ListAWSServiceAccessForOrganization', {
      by: 'delegated',
      handle(input, { organization }) {
        const principals = Object.entries(organization.serviceAccess).sort(([a], [b]) => (a < b ? -1 : 1));
        const view = ([ServicePrincipal, since]: [string, number]) => ({
          ServicePrincipal,
          DateEnabled: new Date(since),
        });
        return pageOf('EnabledServicePrincipals', principals, ([principal]) => principal, view, input);
      },
    }),
  };
}
