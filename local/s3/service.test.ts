import { expect, it } from 'vitest';
import { jumpingClock } from '../kernel/clocks.ts';
import { administrator, createCloud } from '../kernel/cloud.ts';
import { startGateway } from '../kernel/gateway.ts';
import type { Identity, OperationInput } from '../kernel/service.ts';
import { openStore } from '../kernel/sqlite-store.ts';
import { s3Service } from './service.ts';

const OPERATOR = administrator('111111111111');

function storage() {
  const identity = { authorize: () => undefined, authenticate: () => OPERATOR } as unknown as Identity;
  const cloud = createCloud({ clock: jumpingClock(), store: openStore(':memory:'), identity: () => identity });
  cloud.register(s3Service(cloud));
  const call = (operation: string, input: unknown): Promise<OperationInput> =>
    cloud.call('s3', operation, input, OPERATOR);
  return { cloud, call };
}

it('gives back the bytes that were put', async () => {
  const { call } = storage();
  const Body = new Uint8Array([0, 255, 13, 10, 128]);
  await call('CreateBucket', { Bucket: 'one-bucket' });
  const { ETag } = await call('PutObject', { Bucket: 'one-bucket', Key: 'a/b c', Body });
  const object = await call('GetObject', { Bucket: 'one-bucket', Key: 'a/b c' });
  expect([...object.Body]).toEqual([...Body]);
  expect(object).toMatchObject({ ETag, ContentLength: 5 });
  const part = await call('GetObject', { Bucket: 'one-bucket', Key: 'a/b c', Range: 'bytes=1-2' });
  expect([...part.Body]).toEqual([255, 13]);
});

it('lists in pages and by delimiter', async () => {
  const { call } = storage();
  await call('CreateBucket', { Bucket: 'one-bucket' });
  for (const Key of ['a', 'b/1', 'b/2', 'c']) await call('PutObject', { Bucket: 'one-bucket', Key, Body: '' });
  const keys = (page: OperationInput) => page.Contents.map((item: { Key: string }) => item.Key);
  const first = await call('ListObjectsV2', { Bucket: 'one-bucket', MaxKeys: 3 });
  expect(keys(first)).toEqual(['a', 'b/1', 'b/2']);
  const second = await call('ListObjectsV2', { Bucket: 'one-bucket', ContinuationToken: first.NextContinuationToken });
  expect(keys(second)).toEqual(['c']);
  const folders = await call('ListObjectsV2', { Bucket: 'one-bucket', Delimiter: '/' });
  expect(keys(folders)).toEqual(['a', 'c']);
  expect(folders.CommonPrefixes).toEqual([{ Prefix: 'b/' }]);
});

it('keeps versions and honours object lock until its date', async () => {
  const { cloud, call } = storage();
  await call('CreateBucket', { Bucket: 'locked', ObjectLockEnabledForBucket: true });
  const lock = { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 1 } } };
  await call('PutObjectLockConfiguration', { Bucket: 'locked', ObjectLockConfiguration: lock });
  const { VersionId } = await call('PutObject', { Bucket: 'locked', Key: 'k', Body: 'x' });
  expect(await call('DeleteObject', { Bucket: 'locked', Key: 'k' })).toMatchObject({ DeleteMarker: true });
  await expect(call('GetObject', { Bucket: 'locked', Key: 'k' })).rejects.toMatchObject({ code: 'NoSuchKey' });
  expect((await call('GetObject', { Bucket: 'locked', Key: 'k', VersionId })).ContentLength).toBe(1);
  const remove = () => call('DeleteObject', { Bucket: 'locked', Key: 'k', VersionId });
  await expect(remove()).rejects.toMatchObject({ code: 'AccessDenied' });
  await cloud.clock.sleep(25 * 3600_000);
  await remove();
  await expect(call('GetObject', { Bucket: 'locked', Key: 'k', VersionId })).rejects.toMatchObject({
    code: 'NoSuchVersion',
  });
});

it('joins the parts of an upload and refuses small ones', async () => {
  const { call } = storage();
  await call('CreateBucket', { Bucket: 'one-bucket' });
  const target = { Bucket: 'one-bucket', Key: 'big' };
  const { UploadId } = await call('CreateMultipartUpload', target);
  const large = new Uint8Array(5 * 1024 * 1024).fill(1);
  const first = await call('UploadPart', { ...target, UploadId, PartNumber: 1, Body: large });
  const second = await call('UploadPart', { ...target, UploadId, PartNumber: 2, Body: new Uint8Array([2]) });
  const parts = [
    { PartNumber: 1, ETag: first.ETag },
    { PartNumber: 2, ETag: second.ETag },
  ];
  const swapped = { Parts: [...parts].reverse() };
  await expect(
    call('CompleteMultipartUpload', { ...target, UploadId, MultipartUpload: swapped }),
  ).rejects.toMatchObject({ code: 'InvalidPartOrder' });
  const { ETag } = await call('CompleteMultipartUpload', { ...target, UploadId, MultipartUpload: { Parts: parts } });
  expect(ETag).toMatch(/-2"$/);
  expect((await call('GetObject', target)).ContentLength).toBe(large.length + 1);
});

it('refuses to delete a bucket with objects, and invalid names', async () => {
  const { call } = storage();
  await call('CreateBucket', { Bucket: 'one-bucket' });
  await call('PutObject', { Bucket: 'one-bucket', Key: 'a', Body: '' });
  await expect(call('DeleteBucket', { Bucket: 'one-bucket' })).rejects.toMatchObject({ code: 'BucketNotEmpty' });
  await expect(call('CreateBucket', { Bucket: 'No_Good' })).rejects.toMatchObject({ code: 'InvalidBucketName' });
  await expect(call('GetObject', { Bucket: 'nope', Key: 'a' })).rejects.toMatchObject({ code: 'NoSuchBucket' });
});

it('speaks XML over HTTP, chunked uploads included', async () => {
  const { cloud } = storage();
  const gateway = await startGateway(cloud, 0);
  const authorization =
    'AWS4-HMAC-SHA256 Credential=a/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0';
  const send = async (method: string, path: string, body?: string, headers = {}) => {
    const url = `http://127.0.0.1:${gateway.port}${path}`;
    const response = await fetch(url, {
      method,
      headers: { authorization, ...headers },
      ...(body !== undefined && { body }),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  expect((await send('PUT', '/one-bucket')).status).toBe(200);
  const chunked = '5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n';
  const streaming = { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'content-type': 'text/plain' };
  const put = await send('PUT', '/one-bucket/dir/k?x-id=PutObject', chunked, streaming);
  expect(put).toMatchObject({ status: 200, text: '' });
  const got = await send('GET', '/one-bucket/dir/k?x-id=GetObject');
  expect(got.text).toBe('hello world');
  expect(got.headers.get('content-type')).toBe('text/plain');
  expect((await send('GET', '/one-bucket?list-type=2&prefix=dir')).text).toContain('<Contents><Key>dir/k</Key>');
  const versioning =
    '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>';
  expect((await send('PUT', '/one-bucket?versioning', versioning)).status).toBe(200);
  expect((await send('GET', '/one-bucket?versioning')).text).toContain('<Status>Enabled</Status>');
  const missing = await send('GET', '/one-bucket/none');
  expect(missing.status).toBe(404);
  expect(missing.text).toContain('<Code>NoSuchKey</Code>');
  expect((await send('HEAD', '/nope')).status).toBe(404);
  await gateway.close();
});

it('lists as the first version of the operation does, by markers', async () => {
  const { call } = storage();
  await call('CreateBucket', { Bucket: 'one-bucket' });
  for (const Key of ['a', 'b/1', 'b/2', 'c']) await call('PutObject', { Bucket: 'one-bucket', Key, Body: '' });
  const keys = (page: OperationInput) => page.Contents.map((item: { Key: string }) => item.Key);
  const first = await call('ListObjects', { Bucket: 'one-bucket', MaxKeys: 2 });
  expect(first).toMatchObject({ IsTruncated: true, NextMarker: undefined });
  expect(keys(await call('ListObjects', { Bucket: 'one-bucket', Marker: keys(first).at(-1) }))).toEqual(['b/2', 'c']);
  const folders = await call('ListObjects', { Bucket: 'one-bucket', Delimiter: '/', MaxKeys: 2 });
  expect(folders).toMatchObject({ NextMarker: 'b/', CommonPrefixes: [{ Prefix: 'b/' }] });
  const rest = await call('ListObjects', { Bucket: 'one-bucket', Delimiter: '/', Marker: folders.NextMarker });
  expect(keys(rest)).toEqual(['c']);
});
