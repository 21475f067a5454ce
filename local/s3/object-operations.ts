import { AwsError } from '../kernel/errors.ts';
import type { HttpBinding, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { objectAccess } from './access.ts';
import { answer, xmlPayload } from './answers.ts';
import { ENCRYPTION_OUTPUT } from './encryption.ts';
import { METADATA_HEADERS, OBJECT, putPart, UPLOAD_HEADERS, uploadOperations } from './multipart-operations.ts';
import { getObject, headObject } from './read-object.ts';
import { documentOf } from './request-body.ts';
import type { S3 } from './s3.ts';
import { copyObject, putObject } from './write-object.ts';

const READ_HEADERS = {
  ContentLength: 'content-length',
  ContentRange: 'content-range',
  ContentType: 'content-type',
  ETag: 'etag',
  LastModified: 'last-modified',
  VersionId: 'x-amz-version-id',
  ...ENCRYPTION_OUTPUT,
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
  const putHeaders = {
    input: UPLOAD_HEADERS,
    output: { ETag: 'etag', VersionId: 'x-amz-version-id', ...ENCRYPTION_OUTPUT },
  };
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
      (input, context) => {
        if (input.CopySource !== undefined) return copyObject(s3, input, context);
        if (input.uploadId !== undefined) return putPart(s3, input, context);
        return putObject(s3, input, context);
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
      (input, context) => copyObject(s3, input, context),
    ),
    GetObject: operation('GetObject', read('GET'), (input, context) => getObject(s3, input, context)),
    HeadObject: operation('GetObject', read('HEAD'), (input) => headObject(s3, input)),
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
