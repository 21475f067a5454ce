import type { Cloud, Operation, RequestContext } from '../kernel/service.ts';
import { CATALOGUE, type QuotaDefinition } from './catalogue.ts';
import { existingQuota, noSuchResource, pageOf, requiredText } from './errors.ts';
import { quotaValue } from './quota-store.ts';

/** What quotas there are and what they are now. https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html */
export function quotaOperations(cloud: Cloud): Record<string, Operation> {
  const applied = (quota: QuotaDefinition, context: RequestContext) => ({
    ...quotaView(quota, context),
    Value: quotaValue(cloud, context.accountId, context.region, quota.QuotaCode),
  });
  const ofService = (input: object) => {
    const code = requiredText(input, 'ServiceCode');
    const quotas = CATALOGUE.filter(({ ServiceCode }) => ServiceCode === code);
    if (quotas.length === 0) throw noSuchResource('The request failed because the specified service does not exist.');
    return quotas;
  };
  return {
    ListServices: {
      handle(input) {
        const services = new Map(CATALOGUE.map(({ ServiceCode, ServiceName }) => [ServiceCode, ServiceName]));
        const views = [...services].map(([ServiceCode, ServiceName]) => ({ ServiceCode, ServiceName }));
        return pageOf('Services', views, input);
      },
    },
    GetServiceQuota: {
      handle: (input, context) => ({ Quota: applied(existingQuota(input), context) }),
    },
    GetAWSDefaultServiceQuota: {
      handle: (input, context) => ({ Quota: quotaView(existingQuota(input), context) }),
    },
    ListServiceQuotas: {
      handle(input, context) {
        const quotas = ofService(input).filter(({ QuotaCode }) => QuotaCode === (input.QuotaCode ?? QuotaCode));
        return pageOf(
          'Quotas',
          quotas.map((quota) => applied(quota, context)),
          input,
        );
      },
    },
    ListAWSDefaultServiceQuotas: {
      handle: (input, context) =>
        pageOf(
          'Quotas',
          ofService(input).map((quota) => quotaView(quota, context)),
          input,
        ),
    },
  };
}

function quotaView({ fresh: _fresh, ...quota }: QuotaDefinition, { accountId, region }: RequestContext) {
  const where = quota.GlobalQuota ? '' : region;
  return {
    ...quota,
    QuotaArn: `arn:aws:servicequotas:${where}:${accountId}:${quota.ServiceCode}/${quota.QuotaCode}`,
    Unit: 'None',
    QuotaAppliedAtLevel: 'ACCOUNT',
  };
}
