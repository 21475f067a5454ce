import { describe, expect, it } from 'vitest';
import { policyText } from '../iam/test-cloud.ts';
import { administrator } from '../kernel/cloud.ts';
import { allow, testKeys } from './test-keys.ts';

const denied = expect.objectContaining({ code: 'AccessDeniedException', status: 400 });
const root = (accountId: string) => ({ AWS: `arn:aws:iam::${accountId}:root` });
const statement = (Principal: object, Action: string, more = {}) => ({
  Effect: 'Allow',
  Principal,
  Action,
  Resource: '*',
  ...more,
});
const OWN = statement(root('111111111111'), 'kms:*');
const SPEC = { KeySpec: 'AES_256' };

describe('who may use a key', () => {
  it('is who has the right by IAM, where the key policy lets the account in', async () => {
    const { call, key, role } = testKeys();
    const KeyId = await key();
    const allowed = await role('allowed', allow('kms:GenerateDataKey'));
    await call('GenerateDataKey', { KeyId, ...SPEC }, allowed);
    await expect(call('DescribeKey', { KeyId }, allowed)).rejects.toEqual(denied);
    await expect(call('GenerateDataKey', { KeyId, ...SPEC }, await role('nobody'))).rejects.toThrow(
      `is not authorized to perform: kms:GenerateDataKey on resource: ${KeyId} because no identity-based policy allows the kms:GenerateDataKey action`,
    );
  });

  it('is nobody by IAM alone, where the key policy does not name the account', async () => {
    const { call, key, role } = testKeys();
    const reader = await role('reader', allow('kms:*'));
    const user = await role('user');
    const Policy = policyText(statement({ AWS: user.roleArn }, 'kms:*'));
    const KeyId = await key({ Policy, BypassPolicyLockoutSafetyCheck: true });
    await call('GenerateDataKey', { KeyId, ...SPEC }, user);
    await expect(call('GenerateDataKey', { KeyId, ...SPEC }, reader)).rejects.toThrow(
      'because no resource-based policy',
    );
    // Not even the account's own operator.
    await expect(call('DescribeKey', { KeyId })).rejects.toEqual(denied);
  });

  it('is another account where both sides say so', async () => {
    const { call, key } = testKeys();
    const closed = await key();
    const open = await key({ Policy: policyText(OWN, statement(root('222222222222'), 'kms:Decrypt')) });
    const other = administrator('222222222222');
    const sealed = async (KeyId: string) => (await call('Encrypt', { KeyId, Plaintext: 'eA==' })).CiphertextBlob;
    const decrypt = async (KeyId: string) => call('Decrypt', { CiphertextBlob: await sealed(KeyId) }, other);
    expect((await decrypt(open)).KeyId).toBe(open);
    await expect(decrypt(closed)).rejects.toEqual(denied);
    await expect(call('Encrypt', { KeyId: open, Plaintext: 'eA==' }, other)).rejects.toEqual(denied);
  });

  it('is asked for the key that the blob names, not for one that the caller names', async () => {
    const { call, key, role } = testKeys();
    const [mine, theirs] = [await key(), await key()];
    const reader = await role('reader', { Effect: 'Allow', Action: 'kms:Decrypt', Resource: mine });
    const { CiphertextBlob } = await call('Encrypt', { KeyId: theirs, Plaintext: 'eA==' });
    await expect(call('Decrypt', { CiphertextBlob, KeyId: mine }, reader)).rejects.toEqual(denied);
  });

  it('may depend on the service it goes through, on the encryption context and on the alias', async () => {
    const { call, key, role } = testKeys();
    const KeyId = await key();
    await call('CreateAlias', { AliasName: 'alias/a', TargetKeyId: KeyId });
    const only = (StringEquals: object) => ({ ...allow('kms:GenerateDataKey'), Condition: { StringEquals } });
    const through = await role('through', only({ 'kms:ViaService': 's3.us-east-1.amazonaws.com' }));
    const inContext = await role('in-context', only({ 'kms:EncryptionContext:tenant': 'acme' }));
    const byAlias = await role('by-alias', only({ 'kms:RequestAlias': 'alias/a' }));
    await call('GenerateDataKey', { KeyId, ...SPEC }, { ...through, viaService: 's3.us-east-1.amazonaws.com' });
    await call('GenerateDataKey', { KeyId, ...SPEC, EncryptionContext: { tenant: 'acme' } }, inContext);
    await call('GenerateDataKey', { KeyId: 'alias/a', ...SPEC }, byAlias);
    const Condition = { Bool: { 'aws:ViaAWSService': 'true' } };
    const serviced = await role('serviced', { ...allow('kms:GenerateDataKey'), Condition });
    await call('GenerateDataKey', { KeyId, ...SPEC }, { ...serviced, viaService: 's3.us-east-1.amazonaws.com' });
    for (const caller of [
      through,
      { ...through, viaService: 'sqs.us-east-1.amazonaws.com' },
      inContext,
      byAlias,
      serviced,
    ])
      await expect(call('GenerateDataKey', { KeyId, ...SPEC }, caller)).rejects.toEqual(denied);
  });

  it('does not learn whether a key exists without a right', async () => {
    const { call, role } = testKeys();
    const nobody = await role('nobody');
    await expect(call('DescribeKey', { KeyId: 'nope' }, nobody)).rejects.toEqual(denied);
  });
});

describe('who may name a key', () => {
  it('has the right to the alias and to the key', async () => {
    const { call, key, role } = testKeys();
    const TargetKeyId = await key();
    const on = (Resource: string) => ({ Effect: 'Allow', Action: 'kms:CreateAlias', Resource });
    const alias = 'arn:aws:kms:us-east-1:111111111111:alias/a';
    const create = { AliasName: 'alias/a', TargetKeyId };
    await expect(call('CreateAlias', create, await role('of-key', on(TargetKeyId)))).rejects.toEqual(denied);
    await expect(call('CreateAlias', create, await role('of-alias', on(alias)))).rejects.toEqual(denied);
    await call('CreateAlias', create, await role('of-both', on(TargetKeyId), on(alias)));
  });
});

it('gives keys with tags to who may tag', async () => {
  const { call, role } = testKeys();
  const input = { Tags: [{ TagKey: 'a', TagValue: 'b' }] };
  await expect(call('CreateKey', input, await role('creator', allow('kms:CreateKey')))).rejects.toEqual(denied);
  await call('CreateKey', input, await role('tagger', allow('kms:CreateKey', 'kms:TagResource')));
});
