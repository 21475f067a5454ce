import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
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
