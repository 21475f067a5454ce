import { Aws, Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { tenantRolePath } from '../tenancy/names.ts';
import type { FoundationAccess } from './foundation-access.ts';
import { StepLambda, type StepLambdaProps } from './step-lambda.ts';
import { executionsOf } from './workflow.ts';

export interface StepsProps {
  readonly prefix: string;
  readonly configFile: string;
  readonly table: TableV2;
  readonly bus: IEventBus;
  readonly rejectedEvents: Queue;
  readonly undeliverableEvents: Queue;
  readonly foundation: FoundationAccess;
  readonly foundationTemplate: Asset;
  /** Names of the shared clusters. */
  readonly clusters: readonly string[];
}

/** Names of the state machines, from which ARNs are made where the machine itself would be a circular reference. */
export function stateMachineName(prefix: string, workflow: string): string {
  return `${prefix}-${workflow}`;
}

export type Steps = ReturnType<typeof createSteps>;

/** Every Lambda function with exactly the rights it needs. */
export function createSteps(scope: Construct, props: StepsProps) {
  const make = (id: string, source: string, options: Partial<StepLambdaProps> = {}) =>
    new StepLambda(scope, id, {
      source,
      functionName: `${props.prefix}-${source.split('/').at(-1)}`,
      configFile: props.configFile,
      ...options,
    });
  const rights = grants(props);
  const { table, bus, rejectedEvents } = props;
  const registry = { TABLE_NAME: table.tableName };
  const announcing = { ...registry, BUS_NAME: bus.eventBusName };

  const steps = {
    receiveEvent: make('ReceiveEvent', 'intake/receive-event', {
      failedEvents: props.undeliverableEvents,
      environment: {
        ...announcing,
        REJECTED_EVENTS_QUEUE_URL: rejectedEvents.queueUrl,
        ONBOARD_TENANT_ARN: machineArn(props.prefix, 'onboard-tenant'),
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
        ...registry,
        FOUNDATION_TEMPLATE_URL: props.foundationTemplate.httpUrl,
        FOUNDATION_SERVICE_ROLE_ARN: props.foundation.serviceRole.roleArn,
      },
    }),
    releaseFoundation: make('ReleaseFoundation', 'foundations/release-foundation', { environment: registry }),
    ensureClusterAccess: make('EnsureClusterAccess', 'clusters/ensure-cluster-access', { environment: registry }),
    releaseClusterAccess: make('ReleaseClusterAccess', 'clusters/release-cluster-access', { environment: registry }),
    ensureClusterBaseline: make('EnsureClusterBaseline', 'workspaces/ensure-cluster-baseline', {
      environment: registry,
      memoryMiB: 512,
    }),
    ensureNamespace: make('EnsureNamespace', 'workspaces/ensure-namespace', { environment: registry, memoryMiB: 512 }),
    releaseNamespace: make('ReleaseNamespace', 'workspaces/release-namespace', {
      environment: registry,
      memoryMiB: 512,
    }),
    proveIsolation: make('ProveIsolation', 'isolation/prove-isolation', {
      environment: registry,
      memoryMiB: 512,
      timeout: Duration.minutes(1),
    }),
  };
  grantRegistry(steps, rights);
  grantOperations(steps, props, rights);
  grantPlacement(steps, props);
  return steps;
}

type StepRecord = Record<string, StepLambda>;
type Rights = ReturnType<typeof grants>;

function grants({ table }: StepsProps) {
  const items = [table.tableArn];
  return {
    read: (step: StepLambda) => step.allow(['dynamodb:GetItem'], items),
    update: (step: StepLambda) => step.allow(['dynamodb:UpdateItem'], items),
    gate: (step: StepLambda) => {
      step.allow(
        ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:Query'],
        items,
      );
      // Step Functions knows task tokens by no ARN: the state machine is what can be named.
      step.allow(
        ['states:SendTaskSuccess'],
        [`arn:${Aws.PARTITION}:states:${Aws.REGION}:${Aws.ACCOUNT_ID}:stateMachine:*`],
        {
          wildcardReason: 'A task token belongs to any execution that waits at a gate.',
        },
      );
    },
  };
}

function grantRegistry(steps: StepRecord, rights: Rights): void {
  for (const name of [
    'activateTenant',
    'announceFailed',
    'recordFailure',
    'observeExecution',
    'ensureAccount',
    'releaseAccount',
    'ensureFoundation',
    'releaseFoundation',
    'ensureClusterAccess',
    'releaseClusterAccess',
    'ensureNamespace',
    'releaseNamespace',
  ]) {
    const step = steps[name];
    if (step) rights.update(step);
  }
}

function grantOperations(steps: Steps, props: StepsProps, rights: Rights): void {
  const { table, bus, rejectedEvents, prefix } = props;
  for (const step of [steps.admit, steps.leaveGate, steps.repairGates]) rights.gate(step);
  for (const step of [steps.receiveEvent, steps.observeExecution]) rights.read(step);
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
  steps.receiveEvent.allow(['states:StartExecution'], [machineArn(prefix, 'onboard-tenant')]);
  steps.registerTenant.allow(['dynamodb:PutItem', 'dynamodb:GetItem'], [table.tableArn]);
  steps.planRelease.allow(['dynamodb:Query'], [table.tableArn]);
  steps.repairGates.allow(['dynamodb:Query'], [`${table.tableArn}/index/by-entity`]);
  const workflows = ['onboard-tenant', 'acquire-placement'].map((workflow) =>
    executionsOf(stateMachineName(prefix, workflow)),
  );
  for (const step of [steps.recordFailure, steps.observeExecution]) {
    step.allow(['states:GetExecutionHistory'], workflows, { wildcardReason: 'Executions are named when they start.' });
  }
  steps.repairGates.allow(['states:DescribeExecution'], workflows, {
    wildcardReason: 'Executions are named when they start.',
  });
}

function grantPlacement(steps: Steps, props: StepsProps): void {
  const stacks = [`arn:${Aws.PARTITION}:cloudformation:${Aws.REGION}:${Aws.ACCOUNT_ID}:stack/tenantry-foundation-*/*`];
  const clusters = props.clusters.map(
    (name) => `arn:${Aws.PARTITION}:eks:${Aws.REGION}:${Aws.ACCOUNT_ID}:cluster/${name}`,
  );
  const entries = props.clusters.map(
    (name) => `arn:${Aws.PARTITION}:eks:${Aws.REGION}:${Aws.ACCOUNT_ID}:access-entry/${name}/*`,
  );
  const perTenant = 'One per tenant, below a prefix of their own.';
  const tenantRoles = [`arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role${tenantRolePath}*`];
  for (const step of [steps.ensureFoundation, steps.releaseFoundation]) {
    step.allow(
      ['cloudformation:DescribeStacks', 'cloudformation:DescribeStackEvents', 'cloudformation:DeleteStack'],
      stacks,
      { wildcardReason: perTenant },
    );
  }
  steps.ensureFoundation.allow(['cloudformation:CreateStack', 'cloudformation:TagResource'], stacks, {
    wildcardReason: perTenant,
  });
  steps.ensureFoundation.allow(['iam:PassRole'], [props.foundation.serviceRole.roleArn], {
    conditions: { StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } },
  });
  steps.ensureFoundation.allow(
    ['s3:GetObject'],
    [props.foundationTemplate.bucket.arnForObjects(props.foundationTemplate.s3ObjectKey)],
  );
  for (const step of [steps.ensureClusterAccess, steps.releaseClusterAccess]) {
    step.allow(['eks:DescribeAccessEntry'], entries, { wildcardReason: perTenant });
  }
  steps.ensureClusterAccess.allow(['eks:CreateAccessEntry', 'eks:TagResource'], [...clusters, ...entries], {
    wildcardReason: perTenant,
  });
  steps.releaseClusterAccess.allow(['eks:DeleteAccessEntry'], entries, { wildcardReason: perTenant });
  for (const step of [
    steps.ensureClusterAccess,
    steps.ensureClusterBaseline,
    steps.ensureNamespace,
    steps.releaseNamespace,
    steps.proveIsolation,
  ])
    step.allow(['eks:DescribeCluster'], clusters);
  steps.ensureClusterBaseline.allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], [props.table.tableArn]);
  steps.proveIsolation.allow(['sts:AssumeRole'], tenantRoles, {
    wildcardReason: 'It proves the fences of every tenant, with the role of that tenant.',
  });
}

function machineArn(prefix: string, workflow: string): string {
  return `arn:${Aws.PARTITION}:states:${Aws.REGION}:${Aws.ACCOUNT_ID}:stateMachine:${stateMachineName(prefix, workflow)}`;
}
