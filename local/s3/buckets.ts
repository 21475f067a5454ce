import { AwsError } from '../kernel/errors.ts';
import type { Cloud, RequestContext } from '../kernel/service.ts';

export interface BucketRecord {
  Name: string;
  accountId: string;
  region: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  versioning?: 'Enabled' | 'Suspended';
  objectLock?: { mode?: string; days?: number };
  policy?: string;
  tags: { Key: string; Value: string }[];
  /** Configurations that are kept and answered, by the name of the sub-resource ("encryption"). */
  settings: Record<string, unknown>;
}

/** Buckets of all accounts: their names are one space, as on AWS. */
export interface Buckets {
  find(name: string): BucketRecord | undefined;
  /** Throws NoSuchBucket. */
  require(name: string): BucketRecord;
  /** Throws InvalidBucketName, BucketAlreadyOwnedByYou and BucketAlreadyExists. */
  create(name: string, context: RequestContext, objectLock: boolean): BucketRecord;
  put(bucket: BucketRecord): void;
  delete(name: string): void;
  list(accountId: string): BucketRecord[];
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const NAME = /^(?!\d+\.\d+\.\d+\.\d+$)(?!xn--)(?!sthree-)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export function createBuckets(cloud: Cloud): Buckets {
  const buckets = cloud.store.collection<BucketRecord>('s3.buckets');
  return {
    find: (name) => buckets.get(name),
    require(name) {
      const bucket = buckets.get(name);
      if (!bucket) {
        throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', {
          status: 404,
          fields: { BucketName: name },
        });
      }
      return bucket;
    },
    create(name, context, objectLock) {
      if (!NAME.test(name))
        throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.', { fields: { BucketName: name } });
      const existing = buckets.get(name);
      if (existing?.accountId === context.accountId) {
        // us-east-1 answers 200 for a bucket of one's own.
        if (context.region === 'us-east-1' && existing.region === context.region) return existing;
        throw new AwsError(
          'BucketAlreadyOwnedByYou',
          'Your previous request to create the named bucket succeeded and you already own it.',
          { status: 409 },
        );
      }
      if (existing) {
        throw new AwsError(
          'BucketAlreadyExists',
          'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
          { status: 409 },
        );
      }
      const bucket: BucketRecord = {
        Name: name,
        accountId: context.accountId,
        region: context.region,
        createdAt: cloud.clock.now(),
        tags: [],
        settings: {},
        ...(objectLock && { versioning: 'Enabled' as const, objectLock: {} }),
      };
      buckets.put(name, bucket);
      return bucket;
    },
    put: (bucket) => buckets.put(bucket.Name, bucket),
    delete: (name) => {
      buckets.delete(name);
    },
    list: (accountId) =>
      buckets
        .entries()
        .map(([, bucket]) => bucket)
        .filter((bucket) => bucket.accountId === accountId),
  };
}
