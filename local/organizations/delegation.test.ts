import { expect, test } from 'vitest';
import { administrator } from '../kernel/cloud.ts';
import { outcome, testOrganization } from './test-cloud.ts';

const PRINCIPAL = 'account.amazonaws.com';

test('members see nothing of the others until one administers a service', async () => {
  const { cloud, call, account } = await testOrganization();
  const id = await account('platform');
  const member = administrator(id);
  expect(await outcome(call('ListAccounts', {}, member))).toBe('AccessDeniedException');
  expect(await outcome(call('DescribeOrganization', {}, member))).toBe('ok');
  expect(await outcome(call('ListAccounts', {}, administrator('999999999999')))).toBe(
    'AWSOrganizationsNotInUseException',
  );
  const register = () =>
    outcome(call('RegisterDelegatedAdministrator', { AccountId: id, ServicePrincipal: PRINCIPAL }));
  expect(await register()).toBe('ConstraintViolationException SERVICE_ACCESS_NOT_ENABLED');
  await call('EnableAWSServiceAccess', { ServicePrincipal: PRINCIPAL });
  expect(await register()).toBe('ok');
  expect(await register()).toBe('AccountAlreadyRegisteredException');
  expect(await outcome(call('ListAccounts', {}, member))).toBe('ok');
  expect((await call('ListDelegatedServicesForAccount', { AccountId: id })).DelegatedServices).toMatchObject([
    { ServicePrincipal: PRINCIPAL },
  ]);
  await call('DeregisterDelegatedAdministrator', { AccountId: id, ServicePrincipal: PRINCIPAL });
  expect(await outcome(call('ListAccounts', {}, member))).toBe('AccessDeniedException');
  await cloud.stop();
});

test('what only the management account may do', async () => {
  const { cloud, call, account, rootId } = await testOrganization();
  const id = await account('platform');
  await call('EnableAWSServiceAccess', { ServicePrincipal: PRINCIPAL });
  await call('RegisterDelegatedAdministrator', { AccountId: id, ServicePrincipal: PRINCIPAL });
  const member = administrator(id);
  const move = { AccountId: id, SourceParentId: rootId, DestinationParentId: rootId };
  expect(
    await Promise.all([
      outcome(call('CreateAccount', { AccountName: 'x', Email: 'x@example.com' }, member)),
      outcome(call('MoveAccount', move, member)),
      outcome(call('CloseAccount', { AccountId: id }, member)),
      outcome(call('CreateOrganizationalUnit', { ParentId: rootId, Name: 'x' }, member)),
      outcome(call('TagResource', { ResourceId: id, Tags: [] }, member)),
    ]),
  ).toEqual(Array.from({ length: 5 }, () => 'AccessDeniedException'));
  await cloud.stop();
});

test('a resource policy lets a member tag and attach, what it names and nothing else', async () => {
  const { cloud, call, account, rootId } = await testOrganization();
  const id = await account('platform');
  const member = administrator(id);
  const Tags = [{ Key: 'state', Value: 'pool' }];
  expect(await outcome(call('TagResource', { ResourceId: id, Tags }, member))).toBe('AccessDeniedException');
  const Content = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'delegate',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${id}:root` },
        Action: ['organizations:TagResource', 'organizations:ListTagsForResource'],
        Resource: `arn:aws:organizations::111111111111:account/*`,
      },
    ],
  });
  const { ResourcePolicy } = await call('PutResourcePolicy', { Content });
  expect(ResourcePolicy.ResourcePolicySummary.Id).toMatch(/^rp-/);
  expect(await outcome(call('TagResource', { ResourceId: id, Tags }, member))).toBe('ok');
  expect((await call('ListTagsForResource', { ResourceId: id }, member)).Tags).toEqual(Tags);
  expect(await outcome(call('TagResource', { ResourceId: rootId, Tags }, member))).toBe('AccessDeniedException');
  expect(await outcome(call('UntagResource', { ResourceId: id, TagKeys: ['state'] }, member))).toBe(
    'AccessDeniedException',
  );
  expect(await outcome(call('PutResourcePolicy', { Content: '{' }))).toBe(
    'InvalidInputException INVALID_RESOURCE_POLICY_JSON',
  );
  await call('DeleteResourcePolicy');
  expect(await outcome(call('DescribeResourcePolicy'))).toBe('ResourcePolicyNotFoundException');
  await cloud.stop();
});

test('tags: fifty at most, changed by key', async () => {
  const { cloud, call, account } = await testOrganization();
  const ResourceId = await account('tagged');
  const tags = (count: number) => Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: 'v' }));
  await call('TagResource', { ResourceId, Tags: tags(50) });
  expect(await outcome(call('TagResource', { ResourceId, Tags: [{ Key: 'one-more', Value: '' }] }))).toBe(
    'ConstraintViolationException MAX_TAG_LIMIT_EXCEEDED',
  );
  await call('TagResource', { ResourceId, Tags: [{ Key: 'k0', Value: 'new' }] });
  await call('UntagResource', {
    ResourceId,
    TagKeys: tags(50)
      .slice(1)
      .map(({ Key }) => Key),
  });
  expect((await call('ListTagsForResource', { ResourceId })).Tags).toEqual([{ Key: 'k0', Value: 'new' }]);
  expect(await outcome(call('TagResource', { ResourceId: '999999999999', Tags: [] }))).toBe('TargetNotFoundException');
  await cloud.stop();
});
