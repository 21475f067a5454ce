import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput } from '../kernel/service.ts';
import { bucketAccess } from './access.ts';
import { answer, xmlPayload } from './answers.ts';
import { checkDefaultEncryption } from './encryption.ts';
import { documentOf } from './request-body.ts';
import type { S3 } from './s3.ts';

/** A configuration of a bucket that is kept and answered. */
interface Setting {
  /** "BucketEncryption": Put…, Get…, Delete…. */
  operation: string;
  /** Query parameter that selects it. */
  query: string;
  /** Member of the input and of the output, and root of the document over HTTP. */
  member: string;
  root: string;
  /** IAM action after Put and Get. */
  action: string;
  /** Elements that repeat. */
  lists: string[];
  missing: [code: string, message: string];
  standard?: object;
  /** Throws for one that S3 does not take. */
  check?: (value: OperationInput) => void;
}

const SETTINGS: readonly Setting[] = [
  {
    operation: 'BucketEncryption',
    query: 'encryption',
    member: 'ServerSideEncryptionConfiguration',
    root: 'ServerSideEncryptionConfiguration',
    action: 'EncryptionConfiguration',
    lists: ['Rule'],
    missing: [
      'ServerSideEncryptionConfigurationNotFoundError',
      'The server side encryption configuration was not found',
    ],
    // Every bucket is encrypted since January 2023.
    standard: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }] },
    check: checkDefaultEncryption,
  },
  {
    operation: 'PublicAccessBlock',
    query: 'publicAccessBlock',
    member: 'PublicAccessBlockConfiguration',
    root: 'PublicAccessBlockConfiguration',
    action: 'BucketPublicAccessBlock',
    lists: [],
    missing: ['NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found'],
    standard: { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true },
  },
  {
    operation: 'BucketOwnershipControls',
    query: 'ownershipControls',
    member: 'OwnershipControls',
    root: 'OwnershipControls',
    action: 'BucketOwnershipControls',
    lists: ['Rule'],
    missing: ['OwnershipControlsNotFoundError', 'The bucket ownership controls were not found'],
    standard: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
  },
  {
    operation: 'BucketLifecycleConfiguration',
    query: 'lifecycle',
    member: 'LifecycleConfiguration',
    root: 'LifecycleConfiguration',
    action: 'LifecycleConfiguration',
    lists: ['Rule'],
    missing: ['NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
  },
];

/** Put, Get and Delete of the bucket configurations that S3 keeps; but for the encryption they have no effect on objects here. */
export function settingsOperations(s3: S3): Record<string, Operation> {
  return Object.assign({}, ...SETTINGS.map((setting) => operationsOf(s3, setting)));
}

function operationsOf(s3: S3, setting: Setting): Record<string, Operation> {
  const { operation, query, member, root, action } = setting;
  const uri = `/{Bucket}?${query}`;
  return {
    [`Put${operation}`]: {
      http: { method: 'PUT', uri, payload: { input: 'Body' } },
      authorize: (input) => bucketAccess(s3, `Put${action}`, input),
      handle(input) {
        const bucket = s3.buckets.require(input.Bucket);
        const value = documentOf(input, member, root, setting.lists);
        setting.check?.(value);
        const { Rule, ...rest } = value;
        const kept = Rule === undefined ? value : { ...rest, Rules: Rule };
        s3.buckets.put({ ...bucket, settings: { ...bucket.settings, [query]: kept } });
        return {};
      },
    },
    [`Get${operation}`]: {
      http: { method: 'GET', uri, payload: xmlPayload },
      authorize: (input) => bucketAccess(s3, `Get${action}`, input),
      handle(input) {
        const value = s3.buckets.require(input.Bucket).settings[query] ?? setting.standard;
        if (value === undefined) throw new AwsError(setting.missing[0], setting.missing[1], { status: 404 });
        const { Rules, ...rest } = value as Record<string, unknown>;
        return answer(root, { [member]: value }, Rules === undefined ? rest : { ...rest, Rule: Rules });
      },
    },
    [`Delete${operation.replace('Configuration', '')}`]: {
      http: { method: 'DELETE', uri, status: 204 },
      authorize: (input) => bucketAccess(s3, `Put${action}`, input),
      handle(input) {
        const bucket = s3.buckets.require(input.Bucket);
        const { [query]: _dropped, ...settings } = bucket.settings;
        s3.buckets.put({ ...bucket, settings });
        return {};
      },
    },
  };
}
