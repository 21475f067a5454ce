import { Aws, Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { installationExternalId } from '../tenancy/names.ts';
import { operations } from '../tenancy/operations.ts';
import type { ClusterRoles } from './cluster-roles.ts';
import type { FoundationAccess } from './foundation-access.ts';
import { functionName } from './function-names.ts';
import { StepLambda, type StepLambdaProps } from './step-lambda.ts';
import {
  EXECUTIONS_ARE_NAMED_LATER,
  executionsOf,
  machineArn,
  type RegistryRights,
  registryRights,
  stateMachineName,
} from './step-rights.ts';
import { type AccountsWiring, createAccountSteps } from './steps-accounts.ts';
import { createLifeSteps, grantLife } from './steps-life.ts';
import { grantPlacement } from './steps-placement.ts';
import { createTierSteps, grantTier } from './steps-tier.ts';
import { createTierCheckSteps, grantTierCheck } from './steps-tier-check.ts';

export interface StepsProps {
  readonly prefix: string;
  /** Files to bundle in place of imports: `#config` -> path. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly table: TableV2;
  readonly bus: IEventBus;
  readonly rejectedEvents: Queue;
  readonly undeliverableEvents: Queue;
  /** Keeps the exports of tenants. */
  readonly exports: Bucket;
  /** Encrypts them. */
  readonly exportsKey: Key;
  readonly foundation: FoundationAccess;
  readonly clusterRoles: ClusterRoles;
  /** Names of the shared clusters. */
  readonly clusters: readonly string[];
  /** KMS key of the clusters that are made. */
  readonly clusterKeyArn?: string | undefined;
  /** Absent where no accounts are vended. */
  readonly accounts?: AccountsWiring | undefined;
}

export type Steps = ReturnType<typeof createSteps>;

/** The steps that every installation has. */
export type OperationSteps = ReturnType<typeof createOperationSteps>;

/** Every Lambda function with exactly the rights it needs; those for accounts only where accounts are vended. */
export function createSteps(scope: Construct, props: StepsProps) {
  const make = (id: string, source: string, options: Partial<StepLambdaProps> = {}) =>
    new StepLambda(scope, id, {
      source,
      functionName: functionName(props.prefix, source),
      aliases: props.aliases,
      ...options,
    });
  const rights = registryRights(props.table);
  const steps = createOperationSteps(make, props);
  grantRegistry(steps, rights);
  grantOperations(steps, props, rights);
  grantPlacement(steps, props, rights);
  grantLife(steps, props, rights);
  grantTier(steps, props, rights);
  grantTierCheck(steps, props, rights);
  const { accounts } = props;
  return { ...steps, accounts: accounts && createAccountSteps(make, { ...props, accounts }, rights) };
}

type Make = (id: string, source: string, options?: Partial<StepLambdaProps>) => StepLambda;

function createOperationSteps(make: Make, props: StepsProps) {
  const { table, bus, rejectedEvents } = props;
  const registry = { TABLE_NAME: table.tableName };
  // Enters accounts of tenants as their operator.
  const operator = {
    ...registry,
    PLATFORM_ACCOUNT_ID: Aws.ACCOUNT_ID,
    EXTERNAL_ID: installationExternalId(props.prefix, Aws.ACCOUNT_ID),
  };
  const vcluster = { environment: operator, memoryMiB: 512, timeout: Duration.minutes(1) };
  const announcing = { ...registry, BUS_NAME: bus.eventBusName };

  return {
    ...createLifeSteps(make, props),
    ...createTierSteps(make, props),
    ...createTierCheckSteps(make, props),
    receiveEvent: make('ReceiveEvent', 'intake/receive-event', {
      failedEvents: props.undeliverableEvents,
      environment: {
        ...announcing,
        REJECTED_EVENTS_QUEUE_URL: rejectedEvents.queueUrl,
        STATE_MACHINE_ARN_PREFIX: machineArn(props.prefix, ''),
      },
    }),
    rejectRequest: make('RejectRequest', 'intake/reject-request', {
      environment: { BUS_NAME: bus.eventBusName, REJECTED_EVENTS_QUEUE_URL: rejectedEvents.queueUrl },
    }),
    admit: make('Admit', 'operations/admit', { environment: registry }),
    registerTenant: make('RegisterTenant', 'operations/register-tenant', { environment: registry }),
    activateTenant: make('ActivateTenant', 'operations/activate-tenant', { environment: registry }),
    announceReady: make('AnnounceReady', 'operations/announce-ready', { environment: { BUS_NAME: bus.eventBusName } }),
    recordFailure: make('RecordFailure', 'operations/record-failure', { environment: registry }),
    announceFailed: make('AnnounceFailed', 'operations/announce-failed', { environment: announcing }),
    leaveGate: make('LeaveGate', 'operations/leave-gate', { environment: registry }),
    planRelease: make('PlanRelease', 'operations/plan-release', { environment: registry }),
    observeExecution: make('ObserveExecution', 'operations/observe-execution', {
      environment: announcing,
      failedEvents: props.undeliverableEvents,
    }),
    repairGates: make('RepairGates', 'operations/repair-gates', {
      environment: registry,
      timeout: Duration.minutes(5),
      failedEvents: props.undeliverableEvents,
    }),
    ensureAccount: make('EnsureAccount', 'accounts/ensure-account', { environment: registry }),
    releaseAccount: make('ReleaseAccount', 'accounts/release-account', { environment: registry }),
    ensureFoundation: make('EnsureFoundation', 'foundations/ensure-foundation', {
      environment: {
        ...operator,
        FOUNDATION_SERVICE_ROLE_ARN: props.foundation.serviceRole.roleArn,
      },
    }),
    releaseFoundation: make('ReleaseFoundation', 'foundations/release-foundation', { environment: operator }),
    ensureCluster: make('EnsureCluster', 'clusters/ensure-cluster', {
      environment: {
        ...operator,
        INSTALLATION: props.prefix,
        CLUSTER_ROLE_ARN: props.clusterRoles.clusterRole.roleArn,
        NODE_ROLE_ARN: props.clusterRoles.nodeRole.roleArn,
      },
    }),
    unprotectCluster: make('UnprotectCluster', 'clusters/unprotect-cluster', { environment: operator }),
    releaseCluster: make('ReleaseCluster', 'clusters/release-cluster', { environment: operator }),
    ensureClusterAccess: make('EnsureClusterAccess', 'clusters/ensure-cluster-access', {
      environment: { ...operator, POD_IDENTITY_ROLE_ARN: props.clusterRoles.podIdentityRole.roleArn },
    }),
    releaseClusterAccess: make('ReleaseClusterAccess', 'clusters/release-cluster-access', { environment: operator }),
    ensureClusterBaseline: make('EnsureClusterBaseline', 'workspaces/ensure-cluster-baseline', {
      environment: operator,
      memoryMiB: 512,
    }),
    ensureNamespace: make('EnsureNamespace', 'workspaces/ensure-namespace', { environment: operator, memoryMiB: 512 }),
    releaseNamespace: make('ReleaseNamespace', 'workspaces/release-namespace', {
      environment: operator,
      memoryMiB: 512,
    }),
    ensureVcluster: make('EnsureVcluster', 'vclusters/ensure-vcluster', vcluster),
    releaseVcluster: make('ReleaseVcluster', 'vclusters/release-vcluster', vcluster),
    proveVclusterIsolation: make('ProveVclusterIsolation', 'vclusters/prove-vcluster-isolation', vcluster),
    // Not part of a workflow: the command line asks for a tenant's kubeconfig.
    issueVclusterAccess: make('IssueVclusterAccess', 'vclusters/tenant-access', vcluster),
    proveIsolation: make('ProveIsolation', 'isolation/prove-isolation', {
      environment: {
        ...operator,
        ...(props.accounts && {
          BROKER_ROLE_ARN: props.accounts.brokerRoleArn,
          BOUNDARY_NAME: props.foundation.boundary.managedPolicyName,
        }),
      },
      memoryMiB: 512,
      timeout: Duration.minutes(1),
    }),
  };
}

/** Workflows in which a step of an operation may have failed. */
const NESTED = ['acquire-placement', 'move-placement', 'adjust-placement', 'release-placement', 'retire-placement'];

/** Who writes to the record of a tenant or to its ledger. */
function grantRegistry(steps: OperationSteps, rights: RegistryRights): void {
  for (const step of [
    steps.activateTenant,
    steps.announceFailed,
    steps.recordFailure,
    steps.observeExecution,
    steps.ensureAccount,
    steps.releaseAccount,
    steps.ensureFoundation,
    steps.releaseFoundation,
    steps.ensureCluster,
    steps.releaseCluster,
    steps.ensureClusterAccess,
    steps.releaseClusterAccess,
    steps.ensureNamespace,
    steps.releaseNamespace,
    steps.ensureVcluster,
    steps.releaseVcluster,
  ])
    rights.items(step, 'Update');
}

function grantOperations(steps: OperationSteps, props: StepsProps, rights: RegistryRights): void {
  const { bus, rejectedEvents, prefix, accounts } = props;
  for (const step of [steps.admit, steps.leaveGate, steps.repairGates]) rights.gate(step);
  for (const step of [steps.receiveEvent, steps.observeExecution, steps.recordFailure, steps.planRelease])
    rights.items(step, 'Get');
  // It cancels deletions: writes that down, and wakes who waits.
  rights.items(steps.receiveEvent, 'Put', 'Update');
  rights.wake(steps.receiveEvent);
  for (const step of [
    steps.receiveEvent,
    steps.rejectRequest,
    steps.announceReady,
    steps.announceFailed,
    steps.observeExecution,
  ])
    step.allow(['events:PutEvents'], [bus.eventBusArn]);
  for (const step of [steps.receiveEvent, steps.rejectRequest])
    step.allow(['sqs:SendMessage'], [rejectedEvents.queueArn]);
  steps.receiveEvent.allow(
    ['states:StartExecution'],
    operations.map(({ workflow }) => machineArn(prefix, workflow)),
  );
  rights.items(steps.registerTenant, 'Put', 'Get');
  rights.partition(steps.planRelease);
  rights.index(steps.repairGates);
  const executions = (...workflows: string[]) =>
    workflows.map((workflow) => executionsOf(stateMachineName(prefix, workflow)));
  for (const step of [steps.recordFailure, steps.observeExecution]) {
    step.allow(['states:GetExecutionHistory'], executions(...operations.map(({ workflow }) => workflow), ...NESTED), {
      wildcardReason: EXECUTIONS_ARE_NAMED_LATER,
    });
  }
  const atGates = [
    ...operations.map(({ workflow }) => workflow),
    'retire-placement',
    ...(accounts ? ['vend-account', 'close-account'] : []),
  ];
  for (const step of [steps.repairGates, steps.observeExecution])
    step.allow(['states:DescribeExecution'], executions(...atGates), { wildcardReason: EXECUTIONS_ARE_NAMED_LATER });
}
