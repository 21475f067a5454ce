import type { AccessRequest, OperationInput } from '../kernel/service.ts';
import type { S3 } from './s3.ts';

/** What IAM and the bucket's policy must allow for an action on an object. */
export function objectAccess(s3: S3, action: string, input: OperationInput): AccessRequest[] {
  const key = input.Key === undefined ? '*' : String(input.Key);
  const versioned = (input.VersionId ?? input.versionId) !== undefined && /^(Get|Delete)Object$/.test(action);
  const conditions = encryptionConditions(input);
  return [
    { ...request(s3, versioned ? `${action}Version` : action, String(input.Bucket), `/${key}`), conditions },
    ...copyAccess(s3, input),
  ];
}

/** What the headers of an upload ask for, not what the bucket's default makes of it. */
function encryptionConditions({ ServerSideEncryption, SSEKMSKeyId }: OperationInput): Record<string, string> {
  return {
    ...(ServerSideEncryption !== undefined && { 's3:x-amz-server-side-encryption': String(ServerSideEncryption) }),
    ...(SSEKMSKeyId !== undefined && { 's3:x-amz-server-side-encryption-aws-kms-key-id': String(SSEKMSKeyId) }),
  };
}

/** A copy reads its source. */
function copyAccess(s3: S3, input: OperationInput): AccessRequest[] {
  if (input.CopySource === undefined) return [];
  const source = decodeURIComponent(String(input.CopySource)).replace(/^\//, '').split('?')[0] ?? '';
  const slash = source.indexOf('/');
  return [request(s3, 'GetObject', source.slice(0, slash), source.slice(slash))];
}

/** What IAM and the bucket's policy must allow for an action on a bucket. */
export function bucketAccess(s3: S3, action: string, input: OperationInput): AccessRequest[] {
  const conditions =
    action === 'ListBucket' && input.Prefix !== undefined ? { 's3:prefix': String(input.Prefix) } : undefined;
  return [{ ...request(s3, action, String(input.Bucket), ''), ...(conditions && { conditions }) }];
}

function request(s3: S3, action: string, bucketName: string, path: string): AccessRequest {
  const bucket = s3.buckets.find(bucketName);
  return {
    action: `s3:${action}`,
    resource: `arn:aws:s3:::${bucketName}${path}`,
    ...(bucket && { resourceAccountId: bucket.accountId }),
    ...(bucket?.policy !== undefined && { resourcePolicy: bucket.policy }),
  };
}
