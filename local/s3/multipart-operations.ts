import type { HttpBinding, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { answer, xmlPayload } from './answers.ts';
import { documentOf, uploadedBytes } from './request-body.ts';
import type { S3 } from './s3.ts';

/** URI of an object. */
export const OBJECT = '/{Bucket}/{Key+}';
/** Input members of uploads that are headers. */
export const UPLOAD_HEADERS = {
  ContentType: 'content-type',
  ContentSha256: 'x-amz-content-sha256',
  CopySource: 'x-amz-copy-source',
  IfNoneMatch: 'if-none-match',
  ObjectLockMode: 'x-amz-object-lock-mode',
  ObjectLockRetainUntilDate: 'x-amz-object-lock-retain-until-date',
};
/** The objects' own metadata. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
export const METADATA_HEADERS = { Metadata: 'x-amz-meta-' };
/** Makes an operation on an object: IAM action after `s3:`, HTTP binding and handler. */
export type Maker = (
  action: string,
  http: HttpBinding,
  handle: (input: OperationInput, context: RequestContext) => unknown,
) => Operation;

/** Operations of multipart uploads. */
export function uploadOperations(s3: S3, operation: Maker): Record<string, Operation> {
  return {
    CreateMultipartUpload: operation(
      'PutObject',
      {
        method: 'POST',
        uri: `${OBJECT}?uploads`,
        payload: { input: 'Body', ...xmlPayload },
        headers: { input: { ContentType: 'content-type' } },
        prefixHeaders: METADATA_HEADERS,
      },
      (input) => answer('InitiateMultipartUploadResult', s3.uploads.create(input)),
    ),
    UploadPart: operation(
      'PutObject',
      {
        method: 'PUT',
        uri: `${OBJECT}?x-id=UploadPart`,
        payload: { input: 'Body', ...xmlPayload },
        headers: { input: UPLOAD_HEADERS, output: { ETag: 'etag' } },
      },
      (input) => s3.uploads.putPart(input, uploadedBytes(input)),
    ),
    CompleteMultipartUpload: operation(
      'PutObject',
      { method: 'POST', uri: OBJECT, payload: { input: 'Body', ...xmlPayload } },
      (input) => {
        const { Part } = input.MultipartUpload
          ? { Part: input.MultipartUpload.Parts }
          : documentOf(input, 'MultipartUpload', 'CompleteMultipartUpload', ['Part']);
        return answer('CompleteMultipartUploadResult', s3.uploads.complete(input, Part ?? []));
      },
    ),
    AbortMultipartUpload: operation(
      'AbortMultipartUpload',
      { method: 'DELETE', uri: `${OBJECT}?x-id=AbortMultipartUpload`, status: 204 },
      (input) => s3.uploads.abort(input),
    ),
  };
}
