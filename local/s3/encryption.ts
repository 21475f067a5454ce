import { AwsError } from '../kernel/errors.ts';
import type { Cloud, OperationInput, RequestContext } from '../kernel/service.ts';
import type { BucketRecord } from './buckets.ts';

/** How an object is encrypted under a key of KMS (SSE-KMS). */
export interface Encryption {
  keyArn: string;
  bucketKey: boolean;
  /** The object's data key under that key, base64. */
  dataKey: string;
  /** ARN that the data key is bound to: the bucket's with a bucket key, else the object's. */
  contextArn: string;
}

/** Input members of uploads that are headers. */
export const ENCRYPTION_INPUT = {
  ServerSideEncryption: 'x-amz-server-side-encryption',
  SSEKMSKeyId: 'x-amz-server-side-encryption-aws-kms-key-id',
  BucketKeyEnabled: 'x-amz-server-side-encryption-bucket-key-enabled',
  SSEKMSEncryptionContext: 'x-amz-server-side-encryption-context',
  SSECustomerAlgorithm: 'x-amz-server-side-encryption-customer-algorithm',
};

/** Output members of reads and writes that are headers. */
export const ENCRYPTION_OUTPUT = {
  ServerSideEncryption: 'x-amz-server-side-encryption',
  SSEKMSKeyId: 'x-amz-server-side-encryption-aws-kms-key-id',
  BucketKeyEnabled: 'x-amz-server-side-encryption-bucket-key-enabled',
};

/** What S3 says of an object's encryption. Every object has one since January 2023. */
export function encryptionMembers(encryption: Encryption | undefined): Record<string, unknown> {
  if (!encryption) return { ServerSideEncryption: 'AES256' };
  return {
    ServerSideEncryption: 'aws:kms',
    SSEKMSKeyId: encryption.keyArn,
    ...(encryption.bucketKey && { BucketKeyEnabled: true }),
  };
}

/**
 * A data key for a new object, where the request or else the bucket asks for SSE-KMS: undefined with S3's own keys. Asked of KMS in
 * the caller's name for every object: with a bucket key S3 asks less often, but once of each caller, too.
 * Throws AccessDenied, and KMS's refusals as S3 says them.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 */
export async function newEncryption(
  cloud: Cloud,
  bucket: BucketRecord,
  input: OperationInput,
  context: RequestContext,
): Promise<{ encryption: Encryption; dataKey: Uint8Array } | undefined> {
  const asked = askedFor(bucket, input);
  if (!asked) return undefined;
  const bucketArn = `arn:aws:s3:::${bucket.Name}`;
  const contextArn = asked.bucketKey ? bucketArn : `${bucketArn}/${input.Key}`;
  const made = await callKms(cloud, 'GenerateDataKey', bucket.region, context, {
    KeyId: asked.keyId,
    KeySpec: 'AES_256',
    EncryptionContext: { 'aws:s3:arn': contextArn },
  });
  const dataKey = Buffer.from(made.CiphertextBlob).toString('base64');
  return {
    encryption: { keyArn: made.KeyId, bucketKey: asked.bucketKey, dataKey, contextArn },
    dataKey: made.Plaintext,
  };
}

/** The data key of an object that is there, from KMS in the caller's name. Throws as {@link newEncryption}. */
export async function dataKeyOf(cloud: Cloud, encryption: Encryption, context: RequestContext): Promise<Uint8Array> {
  const region = encryption.keyArn.split(':')[3] ?? cloud.region;
  const { Plaintext } = await callKms(cloud, 'Decrypt', region, context, {
    CiphertextBlob: encryption.dataKey,
    EncryptionContext: { 'aws:s3:arn': encryption.contextArn },
  });
  return Plaintext;
}

/**
 * Refuses a default encryption of a bucket that S3, or this one, does not know.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ServerSideEncryptionByDefault.html
 */
export function checkDefaultEncryption(configuration: OperationInput): void {
  const rules: OperationInput[] = [configuration.Rules ?? configuration.Rule ?? []].flat();
  for (const { ApplyServerSideEncryptionByDefault: byDefault } of rules) {
    if (!byDefault) continue;
    const { SSEAlgorithm, KMSMasterKeyID } = byDefault;
    if (SSEAlgorithm === 'AES256' && KMSMasterKeyID !== undefined)
      throw new AwsError(
        'InvalidArgument',
        'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms',
      );
    checkAlgorithm(SSEAlgorithm, KMSMasterKeyID);
  }
}

/** The request's own headers go before the bucket's default. */
function askedFor(bucket: BucketRecord, input: OperationInput): { keyId: string; bucketKey: boolean } | undefined {
  const byDefault = defaultOf(bucket);
  for (const member of ['SSEKMSEncryptionContext', 'SSECustomerAlgorithm'])
    if (input[member] !== undefined) throw notThere(member);
  const algorithm = input.ServerSideEncryption ?? byDefault.algorithm;
  if (algorithm !== 'aws:kms' && input.SSEKMSKeyId !== undefined)
    throw new AwsError(
      'InvalidArgument',
      'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
    );
  const keyId = input.SSEKMSKeyId ?? byDefault.keyId;
  checkAlgorithm(algorithm, keyId);
  const bucketKey = String(input.BucketKeyEnabled ?? byDefault.bucketKey) === 'true';
  return algorithm === 'aws:kms' ? { keyId: String(keyId), bucketKey } : undefined;
}

function defaultOf(bucket: BucketRecord): { algorithm: string; keyId?: string; bucketKey: boolean } {
  const configuration = bucket.settings['encryption'] as OperationInput;
  const rule = configuration?.Rules?.[0];
  const { SSEAlgorithm: algorithm = 'AES256', KMSMasterKeyID: keyId } = rule?.ApplyServerSideEncryptionByDefault ?? {};
  return { algorithm, keyId, bucketKey: String(rule?.BucketKeyEnabled ?? false) === 'true' };
}

function checkAlgorithm(algorithm: unknown, keyId: unknown): void {
  if (algorithm === 'aws:kms:dsse') throw notThere(String(algorithm));
  if (algorithm === 'aws:kms' && keyId === undefined) throw notThere('aws:kms without a key, which is the key aws/s3');
  if (algorithm !== 'aws:kms' && algorithm !== 'AES256')
    throw new AwsError('InvalidArgument', 'The encryption method specified is not supported');
}

function notThere(what: string): AwsError {
  return new AwsError('NotImplemented', `The local cloud's S3 does not have ${what}.`, { status: 501 });
}

/** As KMS answers S3 in the caller's name; its refusals as S3 hands them on. */
async function callKms(
  cloud: Cloud,
  operation: string,
  region: string,
  { caller }: RequestContext,
  input: object,
): Promise<OperationInput> {
  try {
    const viaService = `s3.${region}.amazonaws.com`;
    return await cloud.call('kms', operation, input, { ...caller, viaService }, { region });
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === 'UnknownOperationException') throw error;
    if (error.code === 'AccessDeniedException')
      throw new AwsError('AccessDenied', error.message, { status: 403, cause: error });
    throw new AwsError(`KMS.${error.code}`, error.message, { status: error.status, cause: error });
  }
}
