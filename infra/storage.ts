import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** Registry, ledger and gates. Kept whatever happens to the stack: it says what every tenant has. */
export function registryTable(scope: Construct, name: string): TableV2 {
  return new TableV2(scope, 'Registry', {
    tableName: name,
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    billing: Billing.onDemand(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    // Only what is measured expires: numbers of usage that no rule looks at any more.
    timeToLiveAttribute: 'expiresAt',
    removalPolicy: RemovalPolicy.RETAIN,
    deletionProtection: true,
    globalSecondaryIndexes: [
      {
        // Lists all tenants, and all gates that somebody is in or waits at.
        indexName: 'by-entity',
        partitionKey: { name: 'entity', type: AttributeType.STRING },
        sortKey: { name: 'pk', type: AttributeType.STRING },
        projectionType: ProjectionType.ALL,
      },
    ],
  });
}

/** A queue that nothing but a person empties: messages stay as long as SQS can keep them. */
export function deadLetterQueue(scope: Construct, id: string, name: string): Queue {
  const queue = new Queue(scope, id, {
    queueName: name,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  acknowledge(queue, 'AwsSolutions-SQS3', 'It is a dead-letter queue itself.');
  return queue;
}

/**
 * Key of the exports: who reads one needs kms:Decrypt on it beside the right to the object, and CloudTrail records the use. Its
 * policy leaves that to IAM in this account. Kept whatever happens to the stack: without it no export can be read.
 */
export function exportKey(scope: Construct, prefix: string): Key {
  return new Key(scope, 'ExportsKey', {
    alias: `${prefix}-exports`,
    description: `Exports of deprovisioned tenants of ${prefix}`,
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
}

/**
 * Exports of tenants that were deprovisioned. Nothing in it can be overwritten (versions) or deleted (object lock, governance
 * mode: an administrator with s3:BypassGovernanceRetention can) before its time; S3 encrypts all of it with the key. Kept whatever
 * happens to the stack. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
export function exportBucket(
  scope: Construct,
  { bucketName, retentionDays, key }: { bucketName: string; retentionDays: number; key: Key },
): Bucket {
  const bucket = new Bucket(scope, 'Exports', {
    bucketName,
    versioned: true,
    objectLockEnabled: true,
    objectLockDefaultRetention: ObjectLockRetention.governance(Duration.days(retentionDays)),
    encryption: BucketEncryption.KMS,
    encryptionKey: key,
    // KMS is asked for a key of the bucket, not for one per object.
    bucketKeyEnabled: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  acknowledge(
    bucket,
    'AwsSolutions-S1',
    'CloudTrail records who reads it; access logs would need a bucket of their own.',
  );
  return bucket;
}
