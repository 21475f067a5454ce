import type { Cloud, Service } from '../kernel/service.ts';
import { seededRandom } from '../organizations/random.ts';
import { increaseOperations } from './increase-operations.ts';
import { quotaOperations } from './quota-operations.ts';
import { templateOperations } from './template-operations.ts';

export interface ServiceQuotasOptions {
  /** Hours of the cloud's clock from the request of an increase until it is approved. Default 1 to 6. */
  approvalHours?: { readonly min: number; readonly max: number };
  /** Default 1. */
  seed?: number;
}

/** Service Quotas, for the quotas in the catalogue. https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/ */
export function servicequotasService(cloud: Cloud, options: ServiceQuotasOptions = {}): Service {
  const times = { approvalHours: options.approvalHours ?? { min: 1, max: 6 } };
  return {
    name: 'servicequotas',
    protocol: { kind: 'json', version: '1.1', targetPrefix: 'ServiceQuotasV20190624' },
    operations: {
      ...quotaOperations(cloud),
      ...increaseOperations(cloud, times, seededRandom(options.seed ?? 1)),
      ...templateOperations(cloud),
    },
  };
}
