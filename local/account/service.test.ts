import { expect, test } from 'vitest';
import { administrator } from '../kernel/cloud.ts';
import type { OperationInput } from '../kernel/service.ts';
import { outcome, testOrganization } from '../organizations/test-cloud.ts';
import { accountService } from './service.ts';

async function testAccounts() {
  const organization = await testOrganization();
  organization.cloud.register(accountService(organization.cloud));
  const accounts = (operation: string, input: object = {}, accountId = '111111111111') =>
    organization.cloud.call<OperationInput>('account', operation, input, administrator(accountId));
  return { ...organization, accounts };
}

test('regions are switched on in minutes, six at a time', async () => {
  const { cloud, accounts } = await testAccounts();
  const wanted = { RegionOptStatusContains: ['DISABLED'] };
  const { Regions } = await accounts('ListRegions', wanted);
  const [first, ...others] = Regions.map(({ RegionName }: { RegionName: string }) => RegionName);
  const enable = (RegionName: string) => outcome(accounts('EnableRegion', { RegionName }));
  const status = async () => (await accounts('GetRegionOptStatus', { RegionName: first })).RegionOptStatus;
  expect(await enable(first)).toBe('ok');
  expect(await status()).toBe('ENABLING');
  expect(await outcome(accounts('DisableRegion', { RegionName: first }))).toBe('ConflictException');
  const outcomes: string[] = [];
  for (const region of others.slice(0, 6)) outcomes.push(await enable(region));
  expect(outcomes).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'TooManyRequestsException']);
  await cloud.clock.sleep(1_200_000);
  expect(await status()).toBe('ENABLED');
  expect((await accounts('ListRegions', wanted)).Regions).toHaveLength(Regions.length - 6);
  expect(await enable('us-east-1')).toBe('ValidationException');
  expect(await enable('mars-north-1')).toBe('ValidationException');
  await cloud.stop();
});

test('the management account acts on members once it trusts account management', async () => {
  const { cloud, call, account, accounts } = await testAccounts();
  const AccountId = await account('member');
  const contact = {
    AlternateContactType: 'SECURITY',
    Name: 'Security',
    Title: 'Team',
    EmailAddress: 'security@example.com',
    PhoneNumber: '+1 206-555-0100',
  };
  const put = () => outcome(accounts('PutAlternateContact', { ...contact, AccountId }));
  expect(await put()).toBe('AccessDeniedException');
  await call('EnableAWSServiceAccess', { ServicePrincipal: 'account.amazonaws.com' });
  expect(await put()).toBe('ok');
  expect(
    (await accounts('GetAlternateContact', { AlternateContactType: 'SECURITY' }, AccountId)).AlternateContact,
  ).toEqual(contact);
  expect(await outcome(accounts('GetAlternateContact', { AlternateContactType: 'BILLING', AccountId }))).toBe(
    'ResourceNotFoundException',
  );
  expect(await outcome(accounts('PutAlternateContact', { ...contact, AccountId: '111111111111' }, AccountId))).toBe(
    'AccessDeniedException',
  );
  await cloud.stop();
});

test('an account is renamed, in the organization too', async () => {
  const { cloud, call, account, accounts } = await testAccounts();
  const AccountId = await account('before');
  await accounts('PutAccountName', { AccountName: 'after' }, AccountId);
  expect((await call('DescribeAccount', { AccountId })).Account.Name).toBe('after');
  expect(await accounts('GetAccountInformation', {}, AccountId)).toMatchObject({ AccountId, AccountName: 'after' });
  await cloud.stop();
});

test('contact information is checked and kept', async () => {
  const { cloud, accounts } = await testAccounts();
  const ContactInformation = {
    FullName: 'Acme',
    AddressLine1: '1 Main Street',
    City: 'Seattle',
    PostalCode: '98101',
    CountryCode: 'US',
    PhoneNumber: '+12065550100',
  };
  expect(await outcome(accounts('PutContactInformation', { ContactInformation: { FullName: 'Acme' } }))).toBe(
    'ValidationException',
  );
  await accounts('PutContactInformation', { ContactInformation });
  expect((await accounts('GetContactInformation')).ContactInformation).toEqual(ContactInformation);
  await cloud.stop();
});
