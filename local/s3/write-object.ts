import { AwsError } from '../kernel/errors.ts';
import type { OperationInput, RequestContext } from '../kernel/service.ts';
import { answer } from './answers.ts';
import type { BucketRecord } from './buckets.ts';
import { encryptionMembers, newEncryption } from './encryption.ts';
import type { NewObject, ObjectVersion } from './objects.ts';
import { bodyOf, versionMember } from './read-object.ts';
import { uploadedBytes } from './request-body.ts';
import type { S3 } from './s3.ts';
import { sealBody } from './sealed-body.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export async function putObject(s3: S3, input: OperationInput, context: RequestContext) {
  const bucket = s3.buckets.require(input.Bucket);
  if (Buffer.byteLength(input.Key) > 1024) throw new AwsError('KeyTooLongError', 'Your key is too long');
  const stored = await storedUnder(s3, bucket, input, context, uploadedBytes(input));
  // Nothing is waited for from here on: of two that must be the first, one is.
  if (input.IfNoneMatch === '*' && s3.objects.list(bucket, input.Key).some((item) => item.Key === input.Key)) {
    throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
      status: 412,
    });
  }
  const version = s3.objects.put(bucket, input.Key, {
    ...stored,
    contentType: input.ContentType,
    metadata: input.Metadata,
    ...(input.ObjectLockMode && {
      retention: { Mode: input.ObjectLockMode, RetainUntilDate: new Date(input.ObjectLockRetainUntilDate).getTime() },
    }),
  });
  return { ETag: version.ETag, ...members(version) };
}

/** The copy is encrypted as the request or its own bucket asks, whatever its source is. */
export async function copyObject(s3: S3, input: OperationInput, context: RequestContext) {
  const source = decodeURIComponent(String(input.CopySource)).replace(/^\//, '');
  const [path = '', query = ''] = source.split('?versionId=');
  const slash = path.indexOf('/');
  const from = s3.buckets.require(path.slice(0, slash));
  const found = s3.objects.get(from, path.slice(slash + 1), query || undefined);
  const bucket = s3.buckets.require(input.Bucket);
  const stored = await storedUnder(s3, bucket, input, context, await bodyOf(s3, found, context));
  const version = s3.objects.put(bucket, input.Key, {
    ...stored,
    contentType: found.contentType,
    metadata: found.metadata,
  });
  const CopyObjectResult = { ETag: version.ETag, LastModified: new Date(version.modifiedAt) };
  return { ...answer('CopyObjectResult', { CopyObjectResult }, CopyObjectResult), ...members(version) };
}

/** Bytes as they are to be stored in a bucket. */
async function storedUnder(
  s3: S3,
  bucket: BucketRecord,
  input: OperationInput,
  context: RequestContext,
  bytes: Uint8Array,
): Promise<NewObject> {
  const made = await newEncryption(s3.cloud, bucket, input, context);
  if (!made) return { body: bytes };
  return { body: sealBody(made.dataKey, bytes), size: bytes.byteLength, encryption: made.encryption };
}

function members(version: ObjectVersion): Record<string, unknown> {
  return { ...encryptionMembers(version.encryption), ...versionMember(version) };
}
