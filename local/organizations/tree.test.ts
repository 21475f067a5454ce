import { expect, test } from 'vitest';
import { outcome, testOrganization } from './test-cloud.ts';

test('units nest five deep, with names that are unique among siblings', async () => {
  const { cloud, call, rootId } = await testOrganization();
  let parent = rootId;
  for (let depth = 1; depth <= 5; depth++) {
    const { OrganizationalUnit } = await call('CreateOrganizationalUnit', { ParentId: parent, Name: 'same' });
    expect(OrganizationalUnit.Id).toMatch(/^ou-[0-9a-z]{4}-[0-9a-z]{8}$/);
    parent = OrganizationalUnit.Id;
  }
  expect(await outcome(call('CreateOrganizationalUnit', { ParentId: parent, Name: 'six' }))).toBe(
    'ConstraintViolationException OU_DEPTH_LIMIT_EXCEEDED',
  );
  expect(await outcome(call('CreateOrganizationalUnit', { ParentId: rootId, Name: 'same' }))).toBe(
    'DuplicateOrganizationalUnitException',
  );
  const { OrganizationalUnits } = await call('ListOrganizationalUnitsForParent', { ParentId: rootId });
  expect(await outcome(call('DeleteOrganizationalUnit', { OrganizationalUnitId: OrganizationalUnits[0].Id }))).toBe(
    'OrganizationalUnitNotEmptyException',
  );
  await cloud.stop();
});

test('MoveAccount is a compare-and-swap on the parent', async () => {
  const { cloud, call, rootId, account } = await testOrganization();
  const unit = async (Name: string) =>
    (await call('CreateOrganizationalUnit', { ParentId: rootId, Name })).OrganizationalUnit.Id;
  const [pool, tenants] = [await unit('pool'), await unit('tenants')];
  const AccountId = await account('mover');
  const move = (SourceParentId: string, DestinationParentId: string) =>
    outcome(call('MoveAccount', { AccountId, SourceParentId, DestinationParentId }));
  expect(await move(rootId, pool)).toBe('ok');
  expect(await move(rootId, tenants)).toBe('SourceParentNotFoundException');
  expect(await move(rootId, pool)).toBe('DuplicateAccountException');
  expect(await move(pool, 'ou-none-12345678')).toBe('DestinationParentNotFoundException');
  expect((await call('ListParents', { ChildId: AccountId })).Parents).toEqual([
    { Id: pool, Type: 'ORGANIZATIONAL_UNIT' },
  ]);
  const contested = await Promise.all([move(pool, tenants), move(pool, rootId)]);
  expect(contested.sort()).toEqual(['ConcurrentModificationException', 'ok']);
  const [, second] = [await move(tenants, pool), await move(tenants, rootId)];
  expect(second).toBe('SourceParentNotFoundException');
  await cloud.stop();
});

test('lists come in pages of twenty', async () => {
  const { cloud, call, rootId } = await testOrganization();
  for (let index = 0; index < 45; index++) {
    await call('CreateOrganizationalUnit', { ParentId: rootId, Name: `unit ${index}` });
  }
  const sizes: number[] = [];
  const seen = new Set<string>();
  for (let NextToken: string | undefined; sizes.length === 0 || NextToken; ) {
    const page = await call('ListChildren', { ParentId: rootId, ChildType: 'ORGANIZATIONAL_UNIT', NextToken });
    sizes.push(page.Children.length);
    for (const { Id } of page.Children) seen.add(Id);
    NextToken = page.NextToken;
  }
  expect([sizes, seen.size]).toEqual([[20, 20, 5], 45]);
  expect(await outcome(call('ListAccounts', { MaxResults: 21 }))).toBe('InvalidInputException MAX_VALUE_EXCEEDED');
  expect(await outcome(call('ListAccounts', { NextToken: 'x' }))).toBe('InvalidInputException INVALID_NEXT_TOKEN');
  await cloud.stop();
});

test('accounts cannot leave for four days, nor without what a standalone account needs', async () => {
  const { cloud, call, account } = await testOrganization();
  const AccountId = await account('leaver');
  const leave = () => outcome(call('RemoveAccountFromOrganization', { AccountId }));
  expect(await leave()).toBe('ConstraintViolationException WAIT_PERIOD_ACTIVE');
  await cloud.clock.sleep(4 * 86_400_000);
  expect(await leave()).toBe('ConstraintViolationException ACCOUNT_CANNOT_LEAVE_WITHOUT_PHONE_VERIFICATION');
  expect(await outcome(call('RemoveAccountFromOrganization', { AccountId: '111111111111' }))).toBe(
    'MasterCannotLeaveOrganizationException',
  );
  await cloud.stop();
});

test('an organization is deleted once it is empty', async () => {
  const { cloud, call, rootId } = await testOrganization();
  const { OrganizationalUnit } = await call('CreateOrganizationalUnit', { ParentId: rootId, Name: 'unit' });
  expect(await outcome(call('DeleteOrganization'))).toBe('OrganizationNotEmptyException');
  await call('DeleteOrganizationalUnit', { OrganizationalUnitId: OrganizationalUnit.Id });
  await call('DeleteOrganization');
  expect(await outcome(call('DescribeOrganization'))).toBe('AWSOrganizationsNotInUseException');
  await cloud.stop();
});
