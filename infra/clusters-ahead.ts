import { Aws, Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Schedule } from 'aws-cdk-lib/aws-events';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { grantAddedClusters } from './cluster-grants.ts';
import type { ClusterRoles } from './cluster-roles.ts';
import { EventRoute } from './event-route.ts';
import { functionName } from './function-names.ts';
import { StepLambda } from './step-lambda.ts';
import { registryRights } from './step-rights.ts';
import type { OperationSteps } from './steps.ts';

export interface ClustersAheadProps {
  readonly prefix: string;
  /** Files to bundle in place of imports: `#config` -> path. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly table: TableV2;
  readonly clusterRoles: ClusterRoles;
  /** KMS key of the clusters that are made. */
  readonly clusterKeyArn?: string | undefined;
  /** Those that work in clusters are made known in each. */
  readonly steps: OperationSteps;
  readonly deadLetters: Queue;
}

/** Shared clusters ahead of need: what makes the next one while the others still have room. */
export class ClustersAhead extends Construct {
  readonly replenishClusters: StepLambda;

  constructor(scope: Construct, id: string, props: ClustersAheadProps) {
    super(scope, id);
    const { prefix, table, clusterRoles, deadLetters } = props;
    this.replenishClusters = new StepLambda(this, 'ReplenishClusters', {
      source: 'clusters/replenish-clusters',
      functionName: functionName(prefix, 'clusters/replenish-clusters'),
      aliases: props.aliases,
      environment: {
        TABLE_NAME: table.tableName,
        PLATFORM_ACCOUNT_ID: Aws.ACCOUNT_ID,
        INSTALLATION: prefix,
        CLUSTER_ROLE_ARN: clusterRoles.clusterRole.roleArn,
        NODE_ROLE_ARN: clusterRoles.nodeRole.roleArn,
        POWERTOOLS_METRICS_NAMESPACE: 'Tenantry',
      },
      timeout: Duration.minutes(2),
      failedEvents: deadLetters,
    });
    const rights = registryRights(table);
    rights.items(this.replenishClusters, 'Get', 'Put', 'Update');
    rights.index(this.replenishClusters);
    grantAddedClusters(this.replenishClusters, props.steps, props);
    new EventRoute(this, 'ClusterReplenishment', {
      ruleName: `${prefix}-cluster-replenishment`,
      description: 'Keeps room in the shared clusters: makes the next one while the others still have some.',
      schedule: Schedule.rate(Duration.minutes(5)),
      step: this.replenishClusters,
      deadLetters,
    });
  }
}
