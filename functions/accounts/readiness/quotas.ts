import {
  GetServiceQuotaCommand,
  ListRequestedServiceQuotaChangeHistoryByQuotaCommand,
  RequestServiceQuotaIncreaseCommand,
} from '@aws-sdk/client-service-quotas';
import type { AccountsConfig } from '../../../tenancy/accounts/config.ts';
import { type Check, type Checked, isNotYet } from './check.ts';

type Minimum = AccountsConfig['minimumQuotas'][number];

/** States of a request that AWS has not decided. https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_RequestedServiceQuotaChange.html */
const OPEN = new Set(['PENDING', 'CASE_OPENED']);

/**
 * A quota at its minimum: new accounts begin with less (10 concurrent Lambda functions instead of 1,000). An increase is
 * asked for once; whether it was is read from AWS's own history, so that no lost answer makes it two.
 */
export function quotaCheck(minimum: Minimum): Check {
  const { serviceCode: ServiceCode, quotaCode: QuotaCode, value } = minimum;
  return {
    name: `quota/${ServiceCode}/${QuotaCode}`,
    async run(checked) {
      const { quotas } = checked.clients;
      try {
        const { Quota } = await quotas.send(new GetServiceQuotaCommand({ ServiceCode, QuotaCode }));
        if ((Quota?.Value ?? 0) >= value) return undefined;
        return `${Quota?.QuotaName ?? QuotaCode} is ${Quota?.Value}, not ${value}: ${await increase(checked, minimum)}`;
      } catch (error) {
        if (isNotYet(error)) return `${error.name}: ${error.message}`;
        throw error;
      }
    },
  };
}

async function increase({ clients }: Checked, minimum: Minimum): Promise<string> {
  const { serviceCode: ServiceCode, quotaCode: QuotaCode, value: DesiredValue } = minimum;
  const history = await clients.quotas.send(
    new ListRequestedServiceQuotaChangeHistoryByQuotaCommand({ ServiceCode, QuotaCode }),
  );
  const asked = history.RequestedQuotas?.filter((request) => (request.DesiredValue ?? 0) >= DesiredValue) ?? [];
  const open = asked.find(({ Status }) => OPEN.has(Status ?? ''));
  if (open) return `the increase ${open.Id} is ${open.Status}`;
  const denied = asked.find(
    ({ Status }) => Status === 'DENIED' || Status === 'NOT_APPROVED' || Status === 'INVALID_REQUEST',
  );
  // AWS does not change its mind for being asked again; a person talks to it.
  if (denied) return `the increase ${denied.Id} is ${denied.Status}`;
  if (asked.length > 0) return 'the increase was approved and is not in force yet';
  try {
    const { RequestedQuota } = await clients.quotas.send(
      new RequestServiceQuotaIncreaseCommand({ ServiceCode, QuotaCode, DesiredValue }),
    );
    return `the increase ${RequestedQuota?.Id} was asked for`;
  } catch (error) {
    // AWS takes one open request for a quota; the history is a moment behind.
    if (error instanceof Error && error.name === 'ResourceAlreadyExistsException') return 'the increase was asked for';
    throw error;
  }
}
