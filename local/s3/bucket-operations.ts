import { AwsError } from '../kernel/errors.ts';
import type { HttpBinding, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { bucketAccess } from './access.ts';
import { answer, xmlPayload } from './answers.ts';
import { listObjects, listObjectsV2, listObjectVersions } from './listings.ts';
import { documentOf } from './request-body.ts';
import type { S3 } from './s3.ts';

const BUCKET = '/{Bucket}';
type Handler = (input: OperationInput, context: RequestContext) => unknown;

/** Operations on buckets. https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html */
export function bucketOperations(s3: S3): Record<string, Operation> {
  const operation = (action: string, http: HttpBinding, handle: Handler): Operation => ({
    http,
    authorize: (input) => bucketAccess(s3, action, input),
    handle,
  });
  const document = (method: string, query: string): HttpBinding => ({
    method,
    uri: `${BUCKET}?${query}`,
    payload: method === 'PUT' ? { input: 'Body' } : xmlPayload,
  });
  return {
    ListBuckets: { ...listBuckets(s3), authorize: () => [{ action: 's3:ListAllMyBuckets', resource: '*' }] },
    CreateBucket: operation(
      'CreateBucket',
      {
        method: 'PUT',
        uri: BUCKET,
        payload: { input: 'Body' },
        headers: {
          input: { ObjectLockEnabledForBucket: 'x-amz-bucket-object-lock-enabled' },
          output: { Location: 'location' },
        },
      },
      (input, context) => {
        const bucket = s3.buckets.create(
          String(input.Bucket),
          context,
          String(input.ObjectLockEnabledForBucket ?? false) === 'true',
        );
        return { Location: `/${bucket.Name}` };
      },
    ),
    HeadBucket: operation(
      'ListBucket',
      { method: 'HEAD', uri: BUCKET, headers: { output: { BucketRegion: 'x-amz-bucket-region' } } },
      (input) => {
        const bucket = s3.buckets.find(input.Bucket);
        if (!bucket) throw new AwsError('NotFound', 'Not Found', { status: 404 });
        return { BucketRegion: bucket.region };
      },
    ),
    DeleteBucket: operation('DeleteBucket', { method: 'DELETE', uri: BUCKET, status: 204 }, (input) => {
      const bucket = s3.buckets.require(input.Bucket);
      if (!s3.objects.isEmpty(bucket)) {
        throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', {
          status: 409,
          fields: { BucketName: bucket.Name },
        });
      }
      s3.buckets.delete(bucket.Name);
      return {};
    }),
    GetBucketLocation: operation('GetBucketLocation', document('GET', 'location'), (input) => {
      const { region } = s3.buckets.require(input.Bucket);
      const LocationConstraint = region === 'us-east-1' ? undefined : region;
      const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${LocationConstraint ?? ''}</LocationConstraint>`;
      return { LocationConstraint, XmlBody: xml };
    }),
    ListObjectsV2: operation('ListBucket', document('GET', 'list-type=2'), (input) => listObjectsV2(s3, input)),
    ListObjects: operation('ListBucket', { method: 'GET', uri: BUCKET, payload: xmlPayload }, (input) =>
      listObjects(s3, input),
    ),
    ListObjectVersions: operation('ListBucketVersions', document('GET', 'versions'), (input) =>
      listObjectVersions(s3, input),
    ),
    ...versioningOperations(s3, operation, document),
    ...policyOperations(s3, operation, document),
  };
}

type Maker = (action: string, http: HttpBinding, handle: Handler) => Operation;
type Document = (method: string, query: string) => HttpBinding;

function listBuckets(s3: S3): Operation {
  return {
    http: { method: 'GET', uri: '/', payload: xmlPayload },
    handle(_input, context) {
      const Buckets = s3.buckets
        .list(context.accountId)
        .map((bucket) => ({ Name: bucket.Name, CreationDate: new Date(bucket.createdAt) }));
      const Owner = { ID: context.accountId };
      return answer('ListAllMyBucketsResult', { Buckets, Owner }, { Owner, Buckets: { Bucket: Buckets } });
    },
  };
}

function versioningOperations(s3: S3, operation: Maker, document: Document): Record<string, Operation> {
  return {
    PutBucketVersioning: operation('PutBucketVersioning', document('PUT', 'versioning'), (input) => {
      const bucket = s3.buckets.require(input.Bucket);
      const { Status } = documentOf(input, 'VersioningConfiguration', 'VersioningConfiguration');
      if (bucket.objectLock && Status === 'Suspended') {
        throw new AwsError(
          'InvalidBucketState',
          'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
          { status: 409 },
        );
      }
      s3.buckets.put({ ...bucket, versioning: Status });
      return {};
    }),
    GetBucketVersioning: operation('GetBucketVersioning', document('GET', 'versioning'), (input) =>
      answer('VersioningConfiguration', { Status: s3.buckets.require(input.Bucket).versioning }),
    ),
    PutObjectLockConfiguration: operation(
      'PutBucketObjectLockConfiguration',
      document('PUT', 'object-lock'),
      (input) => {
        const bucket = s3.buckets.require(input.Bucket);
        if (bucket.versioning !== 'Enabled') {
          throw new AwsError(
            'InvalidBucketState',
            "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
            { status: 409 },
          );
        }
        const { Rule } = documentOf(input, 'ObjectLockConfiguration', 'ObjectLockConfiguration');
        const { Mode, Days, Years } = Rule?.DefaultRetention ?? {};
        const days = Days === undefined ? (Years === undefined ? undefined : Number(Years) * 365) : Number(Days);
        s3.buckets.put({ ...bucket, objectLock: { mode: Mode, days } });
        return {};
      },
    ),
    GetObjectLockConfiguration: operation(
      'GetBucketObjectLockConfiguration',
      document('GET', 'object-lock'),
      (input) => {
        const { objectLock } = s3.buckets.require(input.Bucket);
        if (!objectLock)
          throw new AwsError(
            'ObjectLockConfigurationNotFoundError',
            'Object Lock configuration does not exist for this bucket',
            { status: 404 },
          );
        const Rule = objectLock.mode && { DefaultRetention: { Mode: objectLock.mode, Days: objectLock.days } };
        const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule };
        return answer('ObjectLockConfiguration', { ObjectLockConfiguration }, ObjectLockConfiguration);
      },
    ),
  };
}

function policyOperations(s3: S3, operation: Maker, document: Document): Record<string, Operation> {
  const noPolicy = () => new AwsError('NoSuchBucketPolicy', 'The bucket policy does not exist', { status: 404 });
  return {
    PutBucketPolicy: operation('PutBucketPolicy', { ...document('PUT', 'policy'), status: 204 }, (input) => {
      const bucket = s3.buckets.require(input.Bucket);
      const policy = input.Policy ?? Buffer.from(input.Body).toString('utf8');
      checkPolicy(policy);
      s3.buckets.put({ ...bucket, policy });
      return {};
    }),
    GetBucketPolicy: operation(
      'GetBucketPolicy',
      { method: 'GET', uri: `${BUCKET}?policy`, payload: { output: 'Policy' } },
      (input) => {
        const { policy } = s3.buckets.require(input.Bucket);
        if (policy === undefined) throw noPolicy();
        return { Policy: policy };
      },
    ),
    DeleteBucketPolicy: operation(
      'DeleteBucketPolicy',
      { method: 'DELETE', uri: `${BUCKET}?policy`, status: 204 },
      (input) => {
        s3.buckets.put({ ...s3.buckets.require(input.Bucket), policy: undefined });
        return {};
      },
    ),
    PutBucketTagging: operation('PutBucketTagging', { ...document('PUT', 'tagging'), status: 204 }, (input) => {
      const { TagSet } = documentOf(input, 'Tagging', 'Tagging', ['Tag']);
      s3.buckets.put({
        ...s3.buckets.require(input.Bucket),
        tags: Array.isArray(TagSet) ? TagSet : (TagSet?.Tag ?? []),
      });
      return {};
    }),
    GetBucketTagging: operation('GetBucketTagging', document('GET', 'tagging'), (input) => {
      const { tags } = s3.buckets.require(input.Bucket);
      if (tags.length === 0) throw new AwsError('NoSuchTagSet', 'The TagSet does not exist', { status: 404 });
      return answer('Tagging', { TagSet: tags }, { TagSet: { Tag: tags } });
    }),
  };
}

function checkPolicy(policy: string): void {
  try {
    JSON.parse(policy);
  } catch (cause) {
    throw new AwsError('MalformedPolicy', 'This policy contains invalid Json', { cause });
  }
}
