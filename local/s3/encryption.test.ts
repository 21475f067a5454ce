import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OPERATOR } from '../iam/test-cloud.ts';
import { startGateway } from '../kernel/gateway.ts';
import type { Caller, OperationInput } from '../kernel/service.ts';
import { allow, testKeys } from '../kms/test-keys.ts';
import { s3Service } from './service.ts';

const Bucket = 'sealed';
const TEXT = 'a secret of many words';
const OBJECTS = 's3:*';

/** A bucket that encrypts with a key of KMS. */
async function storage(BucketKeyEnabled = true) {
  const keys = testKeys();
  const { cloud } = keys;
  cloud.register(s3Service(cloud));
  const s3 = (operation: string, input: object = {}, caller: Caller = OPERATOR): Promise<OperationInput> =>
    cloud.call('s3', operation, { Bucket, Key: 'k', ...input }, caller);
  const key = await keys.key();
  const encrypted = (KMSMasterKeyID: string | undefined, SSEAlgorithm = 'aws:kms') =>
    s3('PutBucketEncryption', {
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm, KMSMasterKeyID }, BucketKeyEnabled }],
      },
    });
  await s3('CreateBucket');
  await encrypted(key);
  return { ...keys, s3, encrypted, keyArn: key };
}

const on = (Action: string, Resource: string, StringEquals: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Object.keys(StringEquals).length > 0 && { Condition: { StringEquals } }),
});

describe('a bucket that encrypts with a key', () => {
  it('gives back what was put, and says with which key it is encrypted', async () => {
    const { s3, keyArn } = await storage();
    const members = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: keyArn, BucketKeyEnabled: true };
    const put = await s3('PutObject', { Body: TEXT });
    expect(put).toMatchObject(members);
    expect(put.ETag).not.toContain(createHash('md5').update(TEXT).digest('hex'));
    const got = await s3('GetObject');
    expect(got).toMatchObject({ ...members, ETag: put.ETag, ContentLength: TEXT.length });
    expect(got.Body.toString()).toBe(TEXT);
    expect((await s3('GetObject', { Range: 'bytes=2-7' })).Body.toString()).toBe('secret');
    expect(await s3('HeadObject')).toMatchObject({ ...members, ContentLength: TEXT.length });
    expect((await s3('ListObjectsV2')).Contents).toMatchObject([{ Size: TEXT.length, ETag: put.ETag }]);
  });

  it('stores nothing that can be read without the key', async () => {
    const { cloud, s3 } = await storage();
    await s3('PutObject', { Body: TEXT });
    const folder = cloud.store.folder('s3');
    const stored = readdirSync(folder).map((file) => readFileSync(join(folder, file)));
    expect(stored).toHaveLength(1);
    expect(stored.some((bytes) => bytes.includes('secret'))).toBe(false);
  });

  it('leaves what was there as it was, and other uploads as they ask to be', async () => {
    const { s3, key, keyArn } = await storage();
    await s3('DeleteBucketEncryption');
    const plain = await s3('PutObject', { Body: TEXT });
    expect(plain).toEqual({
      ETag: `"${createHash('md5').update(TEXT).digest('hex')}"`,
      ServerSideEncryption: 'AES256',
    });
    const asked = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: await key() };
    expect(await s3('PutObject', { Key: 'other', Body: TEXT, ...asked })).toMatchObject(asked);
    expect(asked.SSEKMSKeyId).not.toBe(keyArn);
    await expect(s3('PutObject', { Body: TEXT, SSEKMSKeyId: keyArn })).rejects.toMatchObject({
      code: 'InvalidArgument',
    });
    for (const more of [{ SSECustomerAlgorithm: 'AES256' }, { ServerSideEncryption: 'aws:kms:dsse' }])
      await expect(s3('PutObject', { Body: TEXT, ...more })).rejects.toMatchObject({ code: 'NotImplemented' });
  });

  it('names a key, by an algorithm that there is', async () => {
    const { encrypted, keyArn } = await storage();
    await expect(encrypted(undefined)).rejects.toThrow('aws/s3');
    await expect(encrypted(keyArn, 'AES256')).rejects.toMatchObject({ code: 'InvalidArgument' });
    await expect(encrypted(keyArn, 'DES')).rejects.toMatchObject({ code: 'InvalidArgument' });
    await expect(encrypted(keyArn, 'aws:kms:dsse')).rejects.toMatchObject({ code: 'NotImplemented' });
  });
});

describe('who writes and reads', () => {
  it('needs kms:GenerateDataKey to put and kms:Decrypt to get', async () => {
    const { s3, role, keyArn } = await storage();
    const none = await role('none', allow(OBJECTS));
    const writer = await role('writer', allow(OBJECTS), on('kms:GenerateDataKey', keyArn));
    const reader = await role('reader', allow(OBJECTS), on('kms:Decrypt', keyArn));
    const says = (caller: Caller, action: string) => ({
      code: 'AccessDenied',
      status: 403,
      message: `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${keyArn} because no identity-based policy allows the ${action} action`,
    });
    for (const caller of [none, reader])
      await expect(s3('PutObject', { Body: TEXT }, caller)).rejects.toMatchObject(says(caller, 'kms:GenerateDataKey'));
    const { ETag } = await s3('PutObject', { Body: TEXT }, writer);
    for (const caller of [none, writer])
      await expect(s3('GetObject', {}, caller)).rejects.toMatchObject(says(caller, 'kms:Decrypt'));
    expect((await s3('GetObject', {}, reader)).Body.toString()).toBe(TEXT);
    // To know about it is not to read it.
    expect(await s3('HeadObject', {}, none)).toMatchObject({ ETag });
    await s3('DeleteObject', {}, none);
  });

  it('may have the right through S3 only', async () => {
    const { s3, call, role, keyArn } = await storage();
    const through = { 'kms:ViaService': 's3.us-east-1.amazonaws.com' };
    const caller = await role('through', allow(OBJECTS), on('kms:*', keyArn, through));
    await s3('PutObject', { Body: TEXT }, caller);
    expect((await s3('GetObject', {}, caller)).Body.toString()).toBe(TEXT);
    await expect(call('GenerateDataKey', { KeyId: keyArn, KeySpec: 'AES_256' }, caller)).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
  });

  it.each([
    [true, 'arn:aws:s3:::sealed'],
    [false, 'arn:aws:s3:::sealed/k'],
  ])('has a data key bound to the bucket with a bucket key (%s), else to the object', async (bucketKey, arn) => {
    const { s3, role, keyArn } = await storage(bucketKey);
    const caller = await role(
      'bound',
      allow(OBJECTS),
      on('kms:*', keyArn, { 'kms:EncryptionContext:aws:s3:arn': arn }),
    );
    expect((await s3('PutObject', { Body: TEXT }, caller)).BucketKeyEnabled).toBe(bucketKey || undefined);
    expect((await s3('GetObject', {}, caller)).Body.toString()).toBe(TEXT);
  });

  it('needs both to copy, with the keys of source and target', async () => {
    const { s3, role, keyArn } = await storage();
    await s3('PutObject', { Body: TEXT });
    const copy = { Key: 'copy', CopySource: `${Bucket}/k` };
    const reader = await role('reader', allow(OBJECTS), on('kms:Decrypt', keyArn));
    const writer = await role('writer', allow(OBJECTS), on('kms:GenerateDataKey', keyArn));
    for (const caller of [reader, writer])
      await expect(s3('CopyObject', copy, caller)).rejects.toMatchObject({ code: 'AccessDenied' });
    await s3('CopyObject', copy);
    expect((await s3('GetObject', { Key: 'copy' })).Body.toString()).toBe(TEXT);
  });

  it('needs kms:Decrypt, too, to upload in parts', async () => {
    const { s3, role, keyArn } = await storage();
    const writer = await role('writer', allow(OBJECTS), on('kms:GenerateDataKey', keyArn));
    const { UploadId, SSEKMSKeyId } = await s3('CreateMultipartUpload', {}, writer);
    expect(SSEKMSKeyId).toBe(keyArn);
    const part = { UploadId, PartNumber: 1, Body: TEXT };
    await expect(s3('UploadPart', part, writer)).rejects.toThrow('kms:Decrypt');
    const { ETag } = await s3('UploadPart', part);
    const complete = { UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } };
    await expect(s3('CompleteMultipartUpload', complete, writer)).rejects.toThrow('kms:Decrypt');
    expect(await s3('CompleteMultipartUpload', complete)).toMatchObject({ SSEKMSKeyId: keyArn });
    const got = await s3('GetObject');
    expect([got.Body.toString(), got.ContentLength]).toEqual([TEXT, TEXT.length]);
  });
});

describe('a key that cannot be used', () => {
  it.each([
    ['DisableKey', 'KMS.DisabledException', 'is disabled.'],
    ['ScheduleKeyDeletion', 'KMS.KMSInvalidStateException', 'is pending deletion.'],
  ])('after %s is said so, and brings all back when it can', async (operation, code, text) => {
    const { s3, call, keyArn } = await storage();
    await s3('PutObject', { Body: TEXT });
    await call(operation, { KeyId: keyArn });
    const refusal = { code, status: 400, message: `${keyArn} ${text}` };
    await expect(s3('GetObject')).rejects.toMatchObject(refusal);
    await expect(s3('PutObject', { Body: TEXT })).rejects.toMatchObject(refusal);
    if (operation === 'ScheduleKeyDeletion') await call('CancelKeyDeletion', { KeyId: keyArn });
    await call('EnableKey', { KeyId: keyArn });
    expect((await s3('GetObject')).Body.toString()).toBe(TEXT);
  });

  it('takes with it what it encrypted when it is deleted', async () => {
    const { cloud, s3, call, keyArn } = await storage();
    await s3('PutObject', { Body: TEXT });
    await call('ScheduleKeyDeletion', { KeyId: keyArn, PendingWindowInDays: 7 });
    await cloud.clock.sleep(8 * 86_400_000);
    await expect(s3('GetObject')).rejects.toMatchObject({ code: 'AccessDenied' });
    await expect(s3('PutObject', { Body: TEXT })).rejects.toMatchObject({ code: 'KMS.NotFoundException' });
  });
});

it('says it in headers over HTTP', async () => {
  const { cloud, keyArn } = await storage();
  const gateway = await startGateway(cloud, 0);
  const authorization =
    'AWS4-HMAC-SHA256 Credential=111111111111/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0';
  const send = (method: string, path: string, body?: string) =>
    fetch(`http://127.0.0.1:${gateway.port}/${Bucket}${path}`, {
      method,
      headers: { authorization, 'x-amz-date': '20261122T120000Z' },
      ...(body !== undefined && { body }),
    });
  const rule = (await (await send('GET', '?encryption')).text()).match(/<Rule>.*<\/Rule>/)?.[0] ?? '';
  expect(rule).toContain(`<KMSMasterKeyID>${keyArn}</KMSMasterKeyID>`);
  expect(
    (await send('PUT', '?encryption', `<ServerSideEncryptionConfiguration>${rule}</ServerSideEncryptionConfiguration>`))
      .status,
  ).toBe(200);
  expect((await send('PUT', '/k', TEXT)).status).toBe(200);
  const got = await send('GET', '/k');
  expect(await got.text()).toBe(TEXT);
  const header = (name: string) => got.headers.get(`x-amz-server-side-encryption${name}`);
  expect([header(''), header('-aws-kms-key-id'), header('-bucket-key-enabled')]).toEqual(['aws:kms', keyArn, 'true']);
  await gateway.close();
});
