import { Aws, Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { CfnAccessEntry } from 'aws-cdk-lib/aws-eks';
import { EventBus, Match, Schedule } from 'aws-cdk-lib/aws-events';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { BUS_NAME } from '../events/catalogue.ts';
import type { TenantryConfig } from '../tenancy/config.ts';
import { exportBucketName, exportConfig } from '../tenancy/deprovisioning.ts';
import { brokerRoleName, installationExternalId } from '../tenancy/names.ts';
import { platformGroup } from '../tenancy/workspace/names.ts';
import { bundledTemplates } from './bundled-templates.ts';
import { stepsInClusters } from './cluster-grants.ts';
import { ClusterRoles } from './cluster-roles.ts';
import { ClustersAhead } from './clusters-ahead.ts';
import { readConfigFile } from './config-file.ts';
import { EventRoute } from './event-route.ts';
import { FoundationAccess } from './foundation-access.ts';
import { tenantBoundaryName } from './function-names.ts';
import { SbtAdapter } from './interoperability.ts';
import { createSteps, type Steps } from './steps.ts';
import type { AccountsWiring } from './steps-accounts.ts';
import { Upgrades } from './steps-upgrades.ts';
import { deadLetterQueue, exportBucket, exportKey, registryTable } from './storage.ts';
import { createWorkflows, type Workflows } from './workflows.ts';

export interface TenantryProps {
  /** Prefix of all physical names; one per installation in an account. Default `tenantry`. */
  readonly prefix?: string;
  /** Path of the configuration (tiers, shared clusters). Default: the one that comes with the package. */
  readonly configFile?: string;
}

/**
 * Tenantry in an AWS account: the bus, the workflows and their steps, the registry. The shared clusters that the
 * configuration names exist already; the construct gives its functions access entries in them.
 */
export class Tenantry extends Construct {
  readonly bus: EventBus;
  readonly registry: TableV2;
  readonly workflows: Workflows;
  /** Exports of tenants that were deprovisioned. */
  readonly exports: Bucket;
  /** Encrypts them. */
  readonly exportsKey: Key;
  /** Originals of events that were rejected. */
  readonly rejectedEvents: Queue;
  /** Events and invocations that could not be delivered or processed. */
  readonly undeliverableEvents: Queue;

  constructor(scope: Construct, id: string, props: TenantryProps = {}) {
    super(scope, id);
    const prefix = props.prefix ?? 'tenantry';
    const { path: configFile, config } = readConfigFile(props.configFile);
    this.bus = new EventBus(this, 'Bus', { eventBusName: prefix === 'tenantry' ? BUS_NAME : prefix });
    this.bus.archive('Archive', {
      archiveName: `${prefix}-archive`,
      eventPattern: { account: Match.exists() as never },
      retention: Duration.days(90),
    });
    this.registry = registryTable(this, `${prefix}-registry`);
    this.rejectedEvents = deadLetterQueue(this, 'RejectedEvents', `${prefix}-rejected-events`);
    this.undeliverableEvents = deadLetterQueue(this, 'UndeliverableEvents', `${prefix}-undeliverable-events`);
    const { retentionDays } = config.export ?? exportConfig.parse({});
    this.exportsKey = exportKey(this, prefix);
    this.exports = exportBucket(this, {
      bucketName: exportBucketName(prefix, Aws.ACCOUNT_ID, Aws.REGION),
      retentionDays,
      key: this.exportsKey,
    });
    const boundaryName = tenantBoundaryName(prefix);
    const clusterKeyArn = config.clusters?.kmsKeyArn;
    const aliases = { '#config': configFile, ...bundledTemplates(this, { prefix, boundaryName, clusterKeyArn }) };
    const clusterRoles = new ClusterRoles(this, 'ClusterRoles', { prefix });
    const steps = createSteps(this, {
      prefix,
      aliases,
      table: this.registry,
      bus: this.bus,
      rejectedEvents: this.rejectedEvents,
      undeliverableEvents: this.undeliverableEvents,
      exports: this.exports,
      exportsKey: this.exportsKey,
      foundation: new FoundationAccess(this, 'FoundationAccess', { boundaryName }),
      clusterRoles,
      clusters: config.sharedClusters.map((cluster) => cluster.name),
      clusterKeyArn,
      accounts: config.accounts && accountsWiring(prefix, config.accounts.managementAccountId),
    });
    if (config.functions) for (const step of stepsInClusters(steps)) step.enterNetwork(config.functions);
    this.workflows = createWorkflows(this, prefix, steps);
    this.#route(prefix, config, steps);
    accessEntries(this, config, steps);
    if (config.clusters?.added?.ahead)
      new ClustersAhead(this, 'ClustersAhead', {
        prefix,
        aliases,
        table: this.registry,
        clusterRoles,
        clusterKeyArn,
        steps,
        deadLetters: this.undeliverableEvents,
      });
    if (config.upgrades)
      new Upgrades(this, 'Upgrades', {
        prefix,
        aliases,
        rules: config.upgrades,
        table: this.registry,
        bus: this.bus,
        receiveEvent: steps.receiveEvent,
        deadLetters: this.undeliverableEvents,
      });
    if (config.interoperability?.sbt)
      new SbtAdapter(this, 'SbtAdapter', {
        prefix,
        sbt: config.interoperability.sbt,
        aliases,
        table: this.registry,
        bus: this.bus,
        deadLetters: this.undeliverableEvents,
      });
  }

  #route(prefix: string, config: TenantryConfig, steps: Steps): void {
    const deadLetters = this.undeliverableEvents;
    new EventRoute(this, 'ProductEvents', {
      ruleName: `${prefix}-product-events`,
      description: 'Tenant events of product backends, to be checked and to start their workflows.',
      bus: this.bus,
      pattern: {
        source: config.acceptedSources.map((source) => ({ prefix: source })) as never,
        detailType: Match.prefix('Tenant'),
      },
      step: steps.receiveEvent,
      deadLetters,
    });
    new EventRoute(this, 'EndedOperations', {
      ruleName: `${prefix}-ended-operations`,
      description: 'Executions of operations that ended badly: what no state of a workflow can catch.',
      pattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
          stateMachineArn: [...this.workflows.operations, this.workflows.retirePlacement].map(
            ({ stateMachine }) => stateMachine.stateMachineArn,
          ),
        },
      },
      step: steps.observeExecution,
      deadLetters,
    });
    new EventRoute(this, 'GateRepair', {
      ruleName: `${prefix}-gate-repair`,
      description: 'Wakes waiting operations whose wake-up was lost.',
      schedule: Schedule.rate(Duration.minutes(1)),
      step: steps.repairGates,
      deadLetters,
    });
    if (steps.accounts)
      new EventRoute(this, 'PoolReplenishment', {
        ruleName: `${prefix}-pool-replenishment`,
        description: 'Keeps the pool of prepared accounts filled, and vendings going that were stopped.',
        schedule: Schedule.rate(Duration.minutes(5)),
        step: steps.accounts.replenishPool,
        deadLetters,
      });
  }
}

/** What is in other accounts, by the names that the broker's stack and the accounts' baseline give it. */
function accountsWiring(prefix: string, managementAccountId: string): AccountsWiring {
  return {
    managementAccountId,
    brokerRoleArn: `arn:${Aws.PARTITION}:iam::${managementAccountId}:role/${brokerRoleName(prefix)}`,
    externalId: installationExternalId(prefix, Aws.ACCOUNT_ID),
  };
}

/**
 * The steps that work in clusters come as the group `tenantry:platform`, whose rights the cluster baseline defines. Only
 * the step that writes the baseline is a cluster administrator: making roles for tenants needs every right they hold.
 * https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html
 */
function accessEntries(scope: Construct, config: TenantryConfig, steps: Steps): void {
  const administrator = {
    policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
    accessScope: { type: 'cluster' },
  };
  for (const { name } of config.sharedClusters) {
    for (const step of stepsInClusters(steps)) {
      new CfnAccessEntry(scope, `Access-${name}-${step.node.id}`, {
        clusterName: name,
        principalArn: step.role.roleArn,
        type: 'STANDARD',
        kubernetesGroups: [platformGroup],
        ...(step === steps.ensureClusterBaseline && { accessPolicies: [administrator] }),
      });
    }
  }
}
