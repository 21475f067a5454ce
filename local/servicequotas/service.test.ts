import { expect, test } from 'vitest';
import { administrator } from '../kernel/cloud.ts';
import type { OperationInput } from '../kernel/service.ts';
import { outcome, testOrganization } from '../organizations/test-cloud.ts';
import { quotaValue } from './quota-store.ts';
import { servicequotasService } from './service.ts';

const CONCURRENCY = { ServiceCode: 'lambda', QuotaCode: 'L-B99A9384' };

async function testQuotas(options: Parameters<typeof testOrganization>[0] = {}) {
  const organization = await testOrganization(options);
  organization.cloud.register(servicequotasService(organization.cloud));
  const quotas = (operation: string, input: object, accountId = '111111111111') =>
    organization.cloud.call<OperationInput>('servicequotas', operation, input, administrator(accountId));
  return { ...organization, quotas };
}

test('fresh accounts start low; an increase takes hours', async () => {
  const { cloud, account, quotas } = await testQuotas();
  const id = await account('fresh');
  const value = async () => (await quotas('GetServiceQuota', CONCURRENCY, id)).Quota.Value;
  expect((await quotas('GetServiceQuota', CONCURRENCY)).Quota.Value).toBe(1_000);
  expect((await quotas('GetAWSDefaultServiceQuota', CONCURRENCY, id)).Quota.Value).toBe(1_000);
  expect(await value()).toBe(10);
  const ask = (DesiredValue: number) =>
    outcome(quotas('RequestServiceQuotaIncrease', { ...CONCURRENCY, DesiredValue }, id));
  expect(await ask(10)).toBe('IllegalArgumentException');
  expect(await ask(500)).toBe('ok');
  expect(await ask(600)).toBe('ResourceAlreadyExistsException');
  expect(await value()).toBe(10);
  await cloud.clock.sleep(3_600_000);
  const { RequestedQuotas } = await quotas('ListRequestedServiceQuotaChangeHistory', { ServiceCode: 'lambda' }, id);
  expect(RequestedQuotas).toMatchObject([{ DesiredValue: 500, Status: 'CASE_OPENED' }]);
  await cloud.clock.sleep(5 * 3_600_000);
  expect(await value()).toBe(500);
  expect(quotaValue(cloud, id, 'eu-west-1', 'L-B99A9384')).toBe(10);
  await cloud.stop();
});

test('twenty requests are open at most', async () => {
  const { cloud, quotas } = await testQuotas();
  const { Quotas } = await quotas('ListServiceQuotas', { ServiceCode: 'vpc' });
  const ask = (region: string, { QuotaCode, Value }: { QuotaCode: string; Value: number }) =>
    outcome(
      cloud.call(
        'servicequotas',
        'RequestServiceQuotaIncrease',
        { ServiceCode: 'vpc', QuotaCode, DesiredValue: Value * 2 },
        administrator('111111111111'),
        { region },
      ),
    );
  const outcomes: string[] = [];
  for (const region of ['us-east-1', 'eu-west-1', 'eu-central-1']) {
    for (const quota of Quotas) outcomes.push(await ask(region, quota));
  }
  expect(outcomes.filter((each) => each === 'ok')).toHaveLength(20);
  expect(outcomes.at(-1)).toBe('QuotaExceededException');
  await cloud.stop();
});

test('a template raises the quotas of accounts that are created after it', async () => {
  const { cloud, account, quotas } = await testQuotas();
  const early = await account('early');
  await quotas('PutServiceQuotaIncreaseRequestIntoTemplate', {
    ...CONCURRENCY,
    AwsRegion: 'us-east-1',
    DesiredValue: 1_000,
  });
  expect(await outcome(quotas('AssociateServiceQuotaTemplate', {}, early))).toBe('AccessDeniedException');
  await quotas('AssociateServiceQuotaTemplate', {});
  const late = await account('late');
  expect(quotaValue(cloud, late, 'us-east-1', 'L-B99A9384')).toBe(10);
  await cloud.clock.sleep(3 * 3_600_000);
  const values = [early, late].map((id) => quotaValue(cloud, id, 'us-east-1', 'L-B99A9384'));
  expect(values).toEqual([10, 1_000]);
  await cloud.stop();
});

test('the limit of accounts is a quota of the management account', async () => {
  const { cloud, call, account, quotas } = await testQuotas({ accountLimit: 2 });
  const ACCOUNTS = { ServiceCode: 'organizations', QuotaCode: 'L-E619E033' };
  const limit = async () => (await quotas('GetServiceQuota', ACCOUNTS)).Quota.Value;
  expect(await limit()).toBe(2);
  await account('first');
  const second = { AccountName: 'second', Email: 'second@example.com' };
  expect(await outcome(call('CreateAccount', second))).toBe(
    'ConstraintViolationException ACCOUNT_NUMBER_LIMIT_EXCEEDED',
  );
  await quotas('RequestServiceQuotaIncrease', { ...ACCOUNTS, DesiredValue: 50 });
  await cloud.clock.sleep(6 * 3_600_000);
  expect(await limit()).toBe(50);
  expect(await outcome(call('CreateAccount', second))).toBe('ok');
  await cloud.stop();
});

test('what does not exist is said so', async () => {
  const { cloud, quotas } = await testQuotas();
  expect(await outcome(quotas('GetServiceQuota', { ServiceCode: 'lambda', QuotaCode: 'L-0' }))).toBe(
    'NoSuchResourceException',
  );
  expect(await outcome(quotas('ListServiceQuotas', { ServiceCode: 'none' }))).toBe('NoSuchResourceException');
  expect(await outcome(quotas('GetServiceQuota', { ServiceCode: 'lambda' }))).toBe('IllegalArgumentException');
  await cloud.stop();
});
