import { AwsError } from '../kernel/errors.ts';
import type { OperationInput, RequestContext } from '../kernel/service.ts';
import { dataKeyOf, encryptionMembers } from './encryption.ts';
import type { ObjectVersion } from './objects.ts';
import type { S3 } from './s3.ts';
import { openBody } from './sealed-body.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export async function getObject(s3: S3, input: OperationInput, context: RequestContext) {
  const version = s3.objects.get(s3.buckets.require(input.Bucket), input.Key, input.VersionId ?? input.versionId);
  const whole = await bodyOf(s3, version, context);
  const common = members(version);
  const range = /^bytes=(\d*)-(\d*)$/.exec(input.Range ?? '');
  if (!range) return { ...common, Body: whole, ContentLength: whole.length, StatusCode: 200 };
  const [, first = '', last = ''] = range;
  const start = first === '' ? Math.max(0, whole.length - Number(last)) : Number(first);
  const end = first === '' || last === '' ? whole.length - 1 : Math.min(Number(last), whole.length - 1);
  if (start > end) throw new AwsError('InvalidRange', 'The requested range is not satisfiable', { status: 416 });
  const Body = whole.subarray(start, end + 1);
  return {
    ...common,
    Body,
    ContentLength: Body.length,
    ContentRange: `bytes ${start}-${end}/${whole.length}`,
    StatusCode: 206,
  };
}

/**
 * What is known of an object without reading it: who may get it need not be able to decrypt it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 */
export function headObject(s3: S3, input: OperationInput) {
  const version = s3.objects.get(s3.buckets.require(input.Bucket), input.Key, input.VersionId ?? input.versionId);
  return { ...members(version), Body: '', ContentLength: version.size, StatusCode: 200 };
}

/** The bytes of a version as they were put. Throws AccessDenied for a caller who may not decrypt them. */
export async function bodyOf(s3: S3, version: ObjectVersion, context: RequestContext): Promise<Buffer> {
  // Read at once: while KMS answers, the version may be overwritten.
  const stored = s3.objects.body(version);
  if (!version.encryption) return stored;
  return openBody(await dataKeyOf(s3.cloud, version.encryption, context), stored);
}

/** The version of an object in a bucket that has versions. */
export function versionMember(version: ObjectVersion): { VersionId?: string } {
  return version.VersionId === 'null' ? {} : { VersionId: version.VersionId };
}

function members(version: ObjectVersion): Record<string, unknown> {
  return {
    ContentType: version.contentType ?? 'binary/octet-stream',
    ETag: version.ETag,
    LastModified: new Date(version.modifiedAt),
    Metadata: version.metadata,
    ...encryptionMembers(version.encryption),
    ...versionMember(version),
  };
}
