import { randomBytes } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { definitionOf } from './catalogue.ts';
import { existingQuota, illegalArgument, noSuchResource, pageOf, requiredText } from './errors.ts';
import { type IncreaseRecord, increaseStatus, increases, quotaValue, sameQuota } from './quota-store.ts';

/** AWS does not publish a number; those who ask for more at a time are refused wholesale. */
const MOST_OPEN = 20;
const HOUR = 3_600_000;

export interface IncreaseTimes {
  /** Hours from the request until it is approved. */
  readonly approvalHours: { readonly min: number; readonly max: number };
}

/** Asking for more, which takes hours. https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_RequestServiceQuotaIncrease.html */
export function increaseOperations(
  cloud: Cloud,
  times: IncreaseTimes,
  random: () => number,
): Record<string, Operation> {
  const records = increases(cloud);
  const view = (record: IncreaseRecord) => increaseView(record, cloud.clock.now());
  const history = (
    { accountId }: RequestContext,
    input: OperationInput,
    matches: (record: IncreaseRecord) => boolean,
  ) =>
    pageOf(
      'RequestedQuotas',
      records
        .entries(`${accountId}/`)
        .map(([, record]) => record)
        .filter(matches)
        .map(view)
        .filter(({ Status }) => Status === (input.Status ?? Status)),
      input,
    );
  return {
    RequestServiceQuotaIncrease: {
      handle(input, context) {
        const record = newIncrease(cloud, input, context, times, random);
        records.put(`${context.accountId}/${record.id}`, record);
        return { RequestedQuota: view(record) };
      },
    },
    GetRequestedServiceQuotaChange: {
      handle(input, { accountId }) {
        const record = records.get(`${accountId}/${requiredText(input, 'RequestId')}`);
        if (!record) throw noSuchResource('The request failed because the specified request does not exist.');
        return { RequestedQuota: view(record) };
      },
    },
    ListRequestedServiceQuotaChangeHistory: {
      handle: (input, context) =>
        history(context, input, ({ serviceCode }) => serviceCode === (input.ServiceCode ?? serviceCode)),
    },
    ListRequestedServiceQuotaChangeHistoryByQuota: {
      handle(input, context) {
        const quota = existingQuota(input);
        return history(context, input, (record) => sameQuota(record, quota, context.region));
      },
    },
  };
}

function newIncrease(
  cloud: Cloud,
  input: OperationInput,
  { accountId, region, caller }: RequestContext,
  { approvalHours: { min, max } }: IncreaseTimes,
  random: () => number,
): IncreaseRecord {
  const quota = existingQuota(input);
  const desired = Number(input.DesiredValue);
  if (!Number.isFinite(desired)) throw illegalArgument('DesiredValue must be specified.');
  if (!quota.Adjustable) throw illegalArgument(`The quota ${quota.QuotaCode} is not adjustable.`);
  if (desired <= quotaValue(cloud, accountId, region, quota.QuotaCode)) {
    throw illegalArgument('You must provide a quota value greater than the current quota value.');
  }
  const now = cloud.clock.now();
  const open = increases(cloud)
    .entries(`${accountId}/`)
    .map(([, record]) => record)
    .filter((record) => increaseStatus(record, now) !== 'APPROVED');
  if (open.some((record) => sameQuota(record, quota, region))) {
    throw new AwsError(
      'ResourceAlreadyExistsException',
      'Only one open service quota increase request is allowed per quota.',
    );
  }
  if (open.length >= MOST_OPEN) {
    throw new AwsError(
      'QuotaExceededException',
      'You have exceeded your service quota. To perform the requested action, remove some of the relevant resources, or use Service Quotas to request a service quota increase.',
    );
  }
  const duration = (min + random() * (max - min)) * HOUR;
  return {
    id: randomBytes(16).toString('hex'),
    accountId,
    region,
    serviceCode: quota.ServiceCode,
    quotaCode: quota.QuotaCode,
    desired,
    requestedAt: now,
    caseOpenedAt: now + duration / 10,
    approvedAt: now + duration,
    requester: caller.arn,
  };
}

function increaseView(record: IncreaseRecord, now: number) {
  const quota = definitionOf(record.serviceCode, record.quotaCode);
  const status = increaseStatus(record, now);
  const updated = { PENDING: record.requestedAt, CASE_OPENED: record.caseOpenedAt, APPROVED: record.approvedAt };
  return {
    Id: record.id,
    ServiceCode: record.serviceCode,
    ServiceName: quota?.ServiceName,
    QuotaCode: record.quotaCode,
    QuotaName: quota?.QuotaName,
    DesiredValue: record.desired,
    Status: status,
    Created: new Date(record.requestedAt),
    LastUpdated: new Date(updated[status]),
    Requester: JSON.stringify({ accountId: record.accountId, callerArn: record.requester }),
    QuotaArn: `arn:aws:servicequotas:${record.region}:${record.accountId}:${record.serviceCode}/${record.quotaCode}`,
    GlobalQuota: quota?.GlobalQuota ?? false,
    Unit: 'None',
    QuotaRequestedAtLevel: 'ACCOUNT',
  };
}
