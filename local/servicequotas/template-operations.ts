import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { organizationsDatabase } from '../organizations/database.ts';
import { definitionOf } from './catalogue.ts';
import { existingQuota, illegalArgument, pageOf, requiredText } from './errors.ts';
import { type TemplateEntry, templates } from './quota-store.ts';

/** https://docs.aws.amazon.com/servicequotas/latest/userguide/organization-templates.html */
const MOST_ENTRIES = 10;

/** Increases that every new account of the organization gets. */
export function templateOperations(cloud: Cloud): Record<string, Operation> {
  const collection = templates(cloud);
  const read = (organizationId: string) => collection.get(organizationId) ?? { entries: [] };
  const status = (organizationId: string) => ({
    ServiceQuotaTemplateAssociationStatus:
      read(organizationId).associatedAt === undefined ? 'DISASSOCIATED' : 'ASSOCIATED',
  });
  return {
    AssociateServiceQuotaTemplate: {
      handle(_input, context) {
        const id = managed(cloud, context);
        const template = read(id);
        collection.put(id, { ...template, associatedAt: template.associatedAt ?? cloud.clock.now() });
        return status(id);
      },
    },
    DisassociateServiceQuotaTemplate: {
      handle(_input, context) {
        const id = managed(cloud, context);
        collection.put(id, { entries: read(id).entries });
        return status(id);
      },
    },
    GetAssociationForServiceQuotaTemplate: { handle: (_input, context) => status(managed(cloud, context)) },
    PutServiceQuotaIncreaseRequestIntoTemplate: {
      handle(input, context) {
        const id = managed(cloud, context);
        const quota = existingQuota(input);
        const region = requiredText(input, 'AwsRegion');
        const desired = Number(input.DesiredValue);
        if (!Number.isFinite(desired)) throw illegalArgument('DesiredValue must be specified.');
        const entry = { serviceCode: quota.ServiceCode, quotaCode: quota.QuotaCode, region, desired };
        const template = read(id);
        const entries = [...template.entries.filter((other) => !same(other, entry)), entry];
        if (entries.length > MOST_ENTRIES) {
          throw new AwsError('QuotaExceededException', 'You have exceeded the number of quotas in a template.');
        }
        collection.put(id, { ...template, entries });
        return { ServiceQuotaIncreaseRequestInTemplate: entryView(entry) };
      },
    },
    DeleteServiceQuotaIncreaseRequestFromTemplate: {
      handle(input, context) {
        const id = managed(cloud, context);
        const gone = entryOf(input);
        const template = read(id);
        if (!template.entries.some((entry) => same(entry, gone))) {
          throw new AwsError('NoSuchResourceException', 'The quota is not in the template.');
        }
        collection.put(id, { ...template, entries: template.entries.filter((entry) => !same(entry, gone)) });
        return {};
      },
    },
    ListServiceQuotaIncreaseRequestsInTemplate: {
      handle: (input, context) =>
        pageOf(
          'ServiceQuotaIncreaseRequestInTemplateList',
          read(managed(cloud, context)).entries.map(entryView),
          input,
        ),
    },
  };
}

/** The organization that the caller's account manages. Throws the errors of the API for all others. */
function managed(cloud: Cloud, { accountId }: RequestContext): string {
  const organization = organizationsDatabase(cloud).organizationOf(accountId);
  if (!organization) {
    throw new AwsError(
      'NoAvailableOrganizationException',
      'The account making this call is not a member of an organization.',
    );
  }
  if (organization.managementAccountId !== accountId) {
    throw new AwsError(
      'AccessDeniedException',
      'Only the management account of an organization can use quota request templates.',
    );
  }
  return organization.id;
}

function entryOf(input: OperationInput): Omit<TemplateEntry, 'desired'> {
  return {
    serviceCode: requiredText(input, 'ServiceCode'),
    quotaCode: requiredText(input, 'QuotaCode'),
    region: requiredText(input, 'AwsRegion'),
  };
}

function same(a: Omit<TemplateEntry, 'desired'>, b: Omit<TemplateEntry, 'desired'>): boolean {
  return a.serviceCode === b.serviceCode && a.quotaCode === b.quotaCode && a.region === b.region;
}

function entryView({ serviceCode, quotaCode, region, desired }: TemplateEntry) {
  const quota = definitionOf(serviceCode, quotaCode);
  return {
    ServiceCode: serviceCode,
    ServiceName: quota?.ServiceName,
    QuotaCode: quotaCode,
    QuotaName: quota?.QuotaName,
    DesiredValue: desired,
    AwsRegion: region,
    Unit: 'None',
    GlobalQuota: quota?.GlobalQuota ?? false,
  };
}
