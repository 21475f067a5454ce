import { AwsError } from '../kernel/errors.ts';
import type { HttpBinding, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { objectAccess } from './access.ts';
import { answer, xmlPayload } from './answers.ts';
import { METADATA_HEADERS, OBJECT, UPLOAD_HEADERS, uploadOperations } from './multipart-operations.ts';
import type { ObjectVersion } from './objects.ts';
import { documentOf, uploadedBytes } from './request-body.ts';
import type { S3 } from './s3.ts';

const READ_HEADERS = {
  ContentLength: 'content-length',
  ContentRange: 'content-range',
  ContentType: 'content-type',
  ETag: 'etag',
  LastModified: 'last-modified',
  VersionId: 'x-amz-version-id',
};
const read = (method: string): HttpBinding => ({
  method,
  uri: OBJECT,
  payload: { output: 'Body' },
  headers: { input: { Range: 'range' }, output: READ_HEADERS },
  prefixHeaders: METADATA_HEADERS,
  statusMember: 'StatusCode',
});

/** Operations on single objects. https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html */
export function objectOperations(s3: S3): Record<string, Operation> {
  const operation = (
    action: string,
    http: HttpBinding,
    handle: (input: OperationInput, context: RequestContext) => unknown,
  ): Operation => ({
    http,
    authorize: (input) => objectAccess(s3, action, input),
    handle,
  });
  const putHeaders = { input: UPLOAD_HEADERS, output: { ETag: 'etag', VersionId: 'x-amz-version-id' } };
  return {
    PutObject: operation(
      'PutObject',
      {
        method: 'PUT',
        uri: OBJECT,
        payload: { input: 'Body', ...xmlPayload },
        headers: putHeaders,
        prefixHeaders: METADATA_HEADERS,
      },
      (input) => {
        if (input.CopySource !== undefined) return copyObject(s3, input);
        if (input.uploadId !== undefined) return s3.uploads.putPart(input, uploadedBytes(input));
        return putObject(s3, input);
      },
    ),
    CopyObject: operation(
      'PutObject',
      {
        method: 'PUT',
        uri: `${OBJECT}?x-id=CopyObject`,
        payload: { input: 'Body', ...xmlPayload },
        headers: putHeaders,
      },
      (input) => copyObject(s3, input),
    ),
    GetObject: operation('GetObject', read('GET'), (input) => getObject(s3, input)),
    HeadObject: operation('GetObject', read('HEAD'), (input) => ({
      ...getObject(s3, { ...input, Range: undefined }),
      Body: '',
    })),
    DeleteObject: operation(
      'DeleteObject',
      {
        method: 'DELETE',
        uri: OBJECT,
        status: 204,
        headers: { output: { VersionId: 'x-amz-version-id', DeleteMarker: 'x-amz-delete-marker' } },
      },
      (input) => {
        if (input.uploadId !== undefined) return s3.uploads.abort(input);
        return s3.objects.delete(s3.buckets.require(input.Bucket), input.Key, input.VersionId ?? input.versionId);
      },
    ),
    DeleteObjects: operation(
      'DeleteObject',
      { method: 'POST', uri: '/{Bucket}?delete', payload: { input: 'Body', ...xmlPayload } },
      (input) => deleteObjects(s3, input),
    ),
    PutObjectRetention: operation(
      'PutObjectRetention',
      { method: 'PUT', uri: `${OBJECT}?retention`, payload: { input: 'Body' } },
      (input) => {
        const bucket = s3.buckets.require(input.Bucket);
        const { Mode, RetainUntilDate } = documentOf(input, 'Retention', 'Retention');
        const version = s3.objects.get(bucket, input.Key, input.VersionId ?? input.versionId);
        const until = new Date(RetainUntilDate).getTime();
        if (version.retention?.Mode === 'COMPLIANCE' && until < version.retention.RetainUntilDate) {
          throw new AwsError('AccessDenied', 'Access Denied because object protected by object lock.', { status: 403 });
        }
        s3.objects.update(bucket, input.Key, { ...version, retention: { Mode, RetainUntilDate: until } });
        return {};
      },
    ),
    GetObjectRetention: operation(
      'GetObjectRetention',
      { method: 'GET', uri: `${OBJECT}?retention`, payload: xmlPayload },
      (input) => {
        const { retention } = s3.objects.get(
          s3.buckets.require(input.Bucket),
          input.Key,
          input.VersionId ?? input.versionId,
        );
        if (!retention)
          throw new AwsError(
            'NoSuchObjectLockConfiguration',
            'The specified object does not have a ObjectLock configuration',
            { status: 404 },
          );
        const Retention = { Mode: retention.Mode, RetainUntilDate: new Date(retention.RetainUntilDate) };
        return answer('Retention', { Retention }, Retention);
      },
    ),
    ...uploadOperations(s3, operation),
  };
}

function putObject(s3: S3, input: OperationInput) {
  const bucket = s3.buckets.require(input.Bucket);
  if (Buffer.byteLength(input.Key) > 1024) throw new AwsError('KeyTooLongError', 'Your key is too long');
  if (input.IfNoneMatch === '*' && s3.objects.list(bucket, input.Key).some((item) => item.Key === input.Key)) {
    throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
      status: 412,
    });
  }
  const version = s3.objects.put(bucket, input.Key, {
    body: uploadedBytes(input),
    contentType: input.ContentType,
    metadata: input.Metadata,
    ...(input.ObjectLockMode && {
      retention: { Mode: input.ObjectLockMode, RetainUntilDate: new Date(input.ObjectLockRetainUntilDate).getTime() },
    }),
  });
  return { ETag: version.ETag, ...versionMember(version) };
}

function getObject(s3: S3, input: OperationInput) {
  const version = s3.objects.get(s3.buckets.require(input.Bucket), input.Key, input.VersionId ?? input.versionId);
  const whole = s3.objects.body(version);
  const common = {
    ContentType: version.contentType ?? 'binary/octet-stream',
    ETag: version.ETag,
    LastModified: new Date(version.modifiedAt),
    Metadata: version.metadata,
    ...versionMember(version),
  };
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

function copyObject(s3: S3, input: OperationInput) {
  const source = decodeURIComponent(String(input.CopySource)).replace(/^\//, '');
  const [path = '', query = ''] = source.split('?versionId=');
  const slash = path.indexOf('/');
  const from = s3.buckets.require(path.slice(0, slash));
  const found = s3.objects.get(from, path.slice(slash + 1), query || undefined);
  const version = s3.objects.put(s3.buckets.require(input.Bucket), input.Key, {
    body: s3.objects.body(found),
    contentType: found.contentType,
    metadata: found.metadata,
  });
  const CopyObjectResult = { ETag: version.ETag, LastModified: new Date(version.modifiedAt) };
  return { ...answer('CopyObjectResult', { CopyObjectResult }, CopyObjectResult), ...versionMember(version) };
}

function deleteObjects(s3: S3, input: OperationInput) {
  const bucket = s3.buckets.require(input.Bucket);
  const request = input.Delete
    ? { Object: input.Delete.Objects, Quiet: input.Delete.Quiet }
    : documentOf(input, 'Delete', 'Delete', ['Object']);
  const Deleted: object[] = [];
  const Errors: object[] = [];
  for (const { Key, VersionId } of request.Object ?? []) {
    try {
      Deleted.push({ Key, ...s3.objects.delete(bucket, Key, VersionId) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Errors.push({ Key, VersionId, Code: error.code, Message: error.message });
    }
  }
  const quiet = String(request.Quiet ?? false) === 'true';
  return answer(
    'DeleteResult',
    { Deleted: quiet ? [] : Deleted, Errors },
    { Deleted: quiet ? [] : Deleted, Error: Errors },
  );
}

function versionMember(version: ObjectVersion): { VersionId?: string } {
  return version.VersionId === 'null' ? {} : { VersionId: version.VersionId };
}
