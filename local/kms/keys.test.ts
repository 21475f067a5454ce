import { describe, expect, it } from 'vitest';
import { policyText } from '../iam/test-cloud.ts';
import { administrator } from '../kernel/cloud.ts';
import { openStore } from '../kernel/sqlite-store.ts';
import { testKeys } from './test-keys.ts';

const DAY = 86_400_000;
const refused = (code: string) => expect.objectContaining({ code });

describe('a key', () => {
  it('is made with the policy that lets its account in, and is known by id and ARN', async () => {
    const { call } = testKeys();
    const { KeyMetadata } = await call('CreateKey', { Description: 'orders', Tags: [{ TagKey: 'a', TagValue: 'b' }] });
    const { KeyId, Arn } = KeyMetadata;
    expect(KeyMetadata).toMatchObject({
      Arn: `arn:aws:kms:us-east-1:111111111111:key/${KeyId}`,
      Description: 'orders',
      Enabled: true,
      KeyState: 'Enabled',
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyManager: 'CUSTOMER',
    });
    for (const name of [KeyId, Arn]) {
      expect((await call('DescribeKey', { KeyId: name })).KeyMetadata).toEqual(KeyMetadata);
      expect((await call('ListResourceTags', { KeyId: name })).Tags).toEqual([{ TagKey: 'a', TagValue: 'b' }]);
    }
    const policy = JSON.parse((await call('GetKeyPolicy', { KeyId })).Policy);
    expect(policy.Statement).toMatchObject([{ Principal: { AWS: 'arn:aws:iam::111111111111:root' }, Action: 'kms:*' }]);
    expect(await call('ListKeys')).toEqual({ Keys: [{ KeyId, KeyArn: Arn }], Truncated: false });
  });

  it.each([
    { KeySpec: 'RSA_2048' },
    { CustomerMasterKeySpec: 'ECC_NIST_P256' },
    { KeyUsage: 'SIGN_VERIFY' },
    { Origin: 'EXTERNAL' },
    { MultiRegion: true },
  ])('is symmetric, and of no other kind: %o', async (input) => {
    const { call } = testKeys();
    const [[member, value] = ['', '']] = Object.entries(input);
    await expect(call('CreateKey', input)).rejects.toMatchObject({
      code: 'UnsupportedOperationException',
      message: expect.stringContaining(`${member} ${value}`),
    });
  });

  it('is of its account and region', async () => {
    const { cloud, call, key } = testKeys();
    const KeyId = await key();
    const id = KeyId.split('/')[1];
    const other = administrator('222222222222');
    await expect(call('DescribeKey', { KeyId: id }, other)).rejects.toEqual(refused('NotFoundException'));
    await expect(call('DescribeKey', { KeyId }, other)).rejects.toEqual(refused('AccessDeniedException'));
    const elsewhere = cloud.call('kms', 'DescribeKey', { KeyId }, administrator('111111111111'), {
      region: 'eu-west-1',
    });
    await expect(elsewhere).rejects.toEqual(refused('NotFoundException'));
    await expect(call('DescribeKey', { KeyId: 'nope' })).rejects.toThrow(
      "Key 'arn:aws:kms:us-east-1:111111111111:key/nope' does not exist",
    );
    await expect(call('DescribeKey')).rejects.toThrow("Value null at 'keyId'");
  });

  it('lists in pages', async () => {
    const { call, key } = testKeys();
    const made = [await key(), await key(), await key()].sort();
    const first = await call('ListKeys', { Limit: 2 });
    const second = await call('ListKeys', { Limit: 2, Marker: first.NextMarker });
    expect([first.Truncated, second.Truncated]).toEqual([true, false]);
    expect([...first.Keys, ...second.Keys].map(({ KeyArn }) => KeyArn)).toEqual(made);
    await expect(call('ListKeys', { Limit: 0 })).rejects.toEqual(refused('ValidationException'));
  });

  it('outlives a restart', async () => {
    const store = openStore(':memory:');
    const before = testKeys(store);
    const KeyId = await before.key();
    const { CiphertextBlob } = await before.call('Encrypt', { KeyId, Plaintext: Buffer.from('x') });
    const after = testKeys(store);
    expect((await after.call('Decrypt', { CiphertextBlob })).Plaintext).toEqual(Buffer.from('x'));
  });

  it('has tags that change, 50 at most and none of AWS', async () => {
    const { call, key } = testKeys();
    const KeyId = await key({ Tags: [{ TagKey: 'a', TagValue: '1' }] });
    await call('TagResource', { KeyId, Tags: [{ TagKey: 'b', TagValue: '2' }] });
    await call('UntagResource', { KeyId, TagKeys: ['a'] });
    expect((await call('ListResourceTags', { KeyId })).Tags).toEqual([{ TagKey: 'b', TagValue: '2' }]);
    const many = Array.from({ length: 50 }, (_, index) => ({ TagKey: `k${index}`, TagValue: '' }));
    await expect(call('TagResource', { KeyId, Tags: many })).rejects.toEqual(refused('LimitExceededException'));
    const reserved = [{ TagKey: 'aws:x', TagValue: '' }];
    await expect(call('TagResource', { KeyId, Tags: reserved })).rejects.toEqual(refused('TagException'));
  });
});

describe('the policy of a key', () => {
  it('is refused where it is malformed, or locks out who writes it', async () => {
    const { call, key } = testKeys();
    const KeyId = await key();
    const put = (Policy: string, more = {}) => call('PutKeyPolicy', { KeyId, Policy, ...more });
    const malformed = refused('MalformedPolicyDocumentException');
    await expect(put('{')).rejects.toEqual(malformed);
    await expect(put(policyText({ Effect: 'Allow', Action: 'kms:*', Resource: '*' }))).rejects.toEqual(malformed);
    const other = policyText({
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::222222222222:root' },
      Action: 'kms:*',
      Resource: '*',
    });
    await expect(put(other)).rejects.toThrow('will not allow you to update the key policy in the future');
    await expect(call('CreateKey', { Policy: other })).rejects.toEqual(malformed);
    const stranger = policyText({
      Effect: 'Allow',
      Principal: { AWS: ['arn:aws:iam::111111111111:root', 'arn:aws:iam::111111111111:role/nobody'] },
      Action: 'kms:*',
      Resource: '*',
    });
    await expect(put(stranger)).rejects.toThrow('one or more invalid principals');
    await put(other, { BypassPolicyLockoutSafetyCheck: true });
    await expect(put(other)).rejects.toEqual(refused('AccessDeniedException'));
  });
});

describe('the deletion of a key', () => {
  it('comes 30 days later, takes the aliases along, and can be cancelled until then', async () => {
    const { cloud, call, key } = testKeys();
    const KeyId = await key();
    await call('CreateAlias', { AliasName: 'alias/a', TargetKeyId: KeyId });
    const scheduled = await call('ScheduleKeyDeletion', { KeyId });
    expect(scheduled).toMatchObject({ KeyId, KeyState: 'PendingDeletion', PendingWindowInDays: 30 });
    expect(Math.round((scheduled.DeletionDate.getTime() - cloud.clock.now()) / DAY)).toBe(30);
    await call('CancelKeyDeletion', { KeyId });
    expect((await call('DescribeKey', { KeyId })).KeyMetadata.KeyState).toBe('Disabled');
    await expect(call('CancelKeyDeletion', { KeyId })).rejects.toEqual(refused('KMSInvalidStateException'));
    await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    await cloud.clock.sleep(6.9 * DAY);
    expect((await call('DescribeKey', { KeyId: 'alias/a' })).KeyMetadata.KeyState).toBe('PendingDeletion');
    await cloud.clock.sleep(0.1 * DAY);
    await expect(call('DescribeKey', { KeyId })).rejects.toEqual(refused('NotFoundException'));
    expect([(await call('ListKeys')).Keys, (await call('ListAliases')).Aliases]).toEqual([[], []]);
  });

  it.each([6, 31])('does not take %i days', async (PendingWindowInDays) => {
    const { call, key } = testKeys();
    const input = { KeyId: await key(), PendingWindowInDays };
    await expect(call('ScheduleKeyDeletion', input)).rejects.toEqual(refused('ValidationException'));
  });

  it('refuses what would change the key meanwhile', async () => {
    const { call, key } = testKeys();
    const KeyId = await key();
    await call('ScheduleKeyDeletion', { KeyId });
    const changes: [string, object][] = [
      ['EnableKey', { KeyId }],
      ['DisableKey', { KeyId }],
      ['EnableKeyRotation', { KeyId }],
      ['TagResource', { KeyId, Tags: [] }],
      ['ScheduleKeyDeletion', { KeyId }],
      ['CreateAlias', { AliasName: 'alias/x', TargetKeyId: KeyId }],
    ];
    for (const [operation, input] of changes)
      await expect(call(operation, input), operation).rejects.toThrow(`${KeyId} is pending deletion.`);
  });
});

describe('an alias', () => {
  it('names a key of the account, and another one later', async () => {
    const { call, key } = testKeys();
    const [one, two] = [await key(), await key()];
    const AliasName = 'alias/orders/eu-1';
    await call('CreateAlias', { AliasName, TargetKeyId: one });
    const named = async (KeyId: string) => (await call('DescribeKey', { KeyId })).KeyMetadata.Arn;
    expect(await named(AliasName)).toBe(one);
    await expect(call('CreateAlias', { AliasName, TargetKeyId: two })).rejects.toEqual(
      refused('AlreadyExistsException'),
    );
    await call('UpdateAlias', { AliasName, TargetKeyId: two });
    expect(await named(`arn:aws:kms:us-east-1:111111111111:${AliasName}`)).toBe(two);
    expect((await call('ListAliases', { KeyId: one })).Aliases).toEqual([]);
    expect((await call('ListAliases', { KeyId: two })).Aliases).toMatchObject([
      { AliasName, TargetKeyId: two.split('/')[1] },
    ]);
    await call('DeleteAlias', { AliasName });
    await expect(named(AliasName)).rejects.toThrow(/^Alias arn:.*:alias\/orders\/eu-1 is not found\.$/);
    await expect(call('DeleteAlias', { AliasName })).rejects.toEqual(refused('NotFoundException'));
  });

  it.each([
    ['orders', 'ValidationException'],
    ['alias/', 'InvalidAliasNameException'],
    ['alias/a b', 'InvalidAliasNameException'],
    ['alias/aws/s3', 'NotAuthorizedException'],
  ])('is not called %s', async (AliasName, code) => {
    const { call, key } = testKeys();
    const TargetKeyId = await key();
    await expect(call('CreateAlias', { AliasName, TargetKeyId })).rejects.toEqual(refused(code));
  });

  it('does not stand for the key where the key itself is changed', async () => {
    const { call, key } = testKeys();
    await call('CreateAlias', { AliasName: 'alias/a', TargetKeyId: await key() });
    await expect(call('DisableKey', { KeyId: 'alias/a' })).rejects.toEqual(refused('NotFoundException'));
    await expect(call('GetKeyPolicy', { KeyId: 'alias/a' })).rejects.toEqual(refused('NotFoundException'));
  });

  it('is one of 50 at most', async () => {
    const { call, key } = testKeys();
    const TargetKeyId = await key();
    for (let index = 0; index < 50; index++) await call('CreateAlias', { AliasName: `alias/${index}`, TargetKeyId });
    const more = { AliasName: 'alias/more', TargetKeyId };
    await expect(call('CreateAlias', more)).rejects.toEqual(refused('LimitExceededException'));
  });
});
