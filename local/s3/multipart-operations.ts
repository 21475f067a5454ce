import type { HttpBinding, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { answer, xmlPayload } from './answers.ts';
import { dataKeyOf, ENCRYPTION_INPUT, ENCRYPTION_OUTPUT, encryptionMembers, newEncryption } from './encryption.ts';
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
  ...ENCRYPTION_INPUT,
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
        headers: { input: { ContentType: 'content-type', ...ENCRYPTION_INPUT }, output: ENCRYPTION_OUTPUT },
        prefixHeaders: METADATA_HEADERS,
      },
      (input, context) => createUpload(s3, input, context),
    ),
    UploadPart: operation(
      'PutObject',
      {
        method: 'PUT',
        uri: `${OBJECT}?x-id=UploadPart`,
        payload: { input: 'Body', ...xmlPayload },
        headers: { input: UPLOAD_HEADERS, output: { ETag: 'etag', ...ENCRYPTION_OUTPUT } },
      },
      (input, context) => putPart(s3, input, context),
    ),
    CompleteMultipartUpload: operation(
      'PutObject',
      {
        method: 'POST',
        uri: OBJECT,
        payload: { input: 'Body', ...xmlPayload },
        headers: { output: ENCRYPTION_OUTPUT },
      },
      async (input, context) => {
        const { Part } = input.MultipartUpload
          ? { Part: input.MultipartUpload.Parts }
          : documentOf(input, 'MultipartUpload', 'CompleteMultipartUpload', ['Part']);
        const { encryption, dataKey } = await underway(s3, input, context);
        const completed = s3.uploads.complete(input, Part ?? [], dataKey);
        return { ...answer('CompleteMultipartUploadResult', completed), ...encryptionMembers(encryption) };
      },
    ),
    AbortMultipartUpload: operation(
      'AbortMultipartUpload',
      { method: 'DELETE', uri: `${OBJECT}?x-id=AbortMultipartUpload`, status: 204 },
      (input) => s3.uploads.abort(input),
    ),
  };
}

async function createUpload(s3: S3, input: OperationInput, context: RequestContext) {
  const made = await newEncryption(s3.cloud, s3.buckets.require(input.Bucket), input, context);
  const created = answer('InitiateMultipartUploadResult', s3.uploads.create(input, made?.encryption));
  return { ...created, ...encryptionMembers(made?.encryption) };
}

/** A part of an upload, encrypted as the upload is. */
export async function putPart(s3: S3, input: OperationInput, context: RequestContext) {
  const { encryption, dataKey } = await underway(s3, input, context);
  return { ...s3.uploads.putPart(input, uploadedBytes(input), dataKey), ...encryptionMembers(encryption) };
}

/**
 * The encryption of an upload and its data key: who sends parts has to be able to decrypt, since S3 reads them again.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
 */
async function underway(s3: S3, input: OperationInput, context: RequestContext) {
  const encryption = s3.uploads.encryption(input);
  return { encryption, dataKey: encryption && (await dataKeyOf(s3.cloud, encryption, context)) };
}
