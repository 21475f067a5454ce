import { Aws, Duration } from 'aws-cdk-lib';
import {
  budgetPrefix,
  foundationStackPrefix,
  installationExternalId,
  tenantRolePath,
  tenantRolePrefix,
} from '../tenancy/names.ts';
import type { StepLambda, StepLambdaProps } from './step-lambda.ts';
import { type RegistryRights, useExportsKey } from './step-rights.ts';
import type { StepsProps } from './steps.ts';
import { createRestoringSteps, grantRestoring } from './steps-restoring.ts';

const PER_TENANT = 'One per tenant, below a prefix of their own.';

type Make = (id: string, source: string, options?: Partial<StepLambdaProps>) => StepLambda;

/** The functions of the life after onboarding: suspending, resuming, deprovisioning, restoring. */
export type LifeSteps = ReturnType<typeof createLifeSteps>;

export function createLifeSteps(make: Make, props: StepsProps) {
  const registry = { TABLE_NAME: props.table.tableName };
  const announcing = { ...registry, BUS_NAME: props.bus.eventBusName };
  const inClusters = {
    environment: {
      ...registry,
      PLATFORM_ACCOUNT_ID: Aws.ACCOUNT_ID,
      EXTERNAL_ID: installationExternalId(props.prefix, Aws.ACCOUNT_ID),
      POD_IDENTITY_ROLE_ARN: props.clusterRoles.podIdentityRole.roleArn,
      EXPORT_BUCKET: props.exports.bucketName,
    },
    memoryMiB: 512,
    timeout: Duration.minutes(2),
  };
  return {
    ...createRestoringSteps(make, props),
    beginOperation: make('BeginOperation', 'operations/begin-operation', { environment: registry }),
    suspendWorkspace: make('SuspendWorkspace', 'suspension/suspend-workspace', inClusters),
    resumeWorkspace: make('ResumeWorkspace', 'suspension/resume-workspace', inClusters),
    announceSuspended: make('AnnounceSuspended', 'suspension/announce-suspended', { environment: announcing }),
    announceResumed: make('AnnounceResumed', 'suspension/announce-resumed', { environment: announcing }),
    beginDeprovisioning: make('BeginDeprovisioning', 'deprovisioning/begin-deprovisioning', { environment: registry }),
    holdGrace: make('HoldGrace', 'deprovisioning/hold-grace', { environment: announcing }),
    commitDeletion: make('CommitDeletion', 'deprovisioning/commit-deletion', { environment: registry }),
    // The whole export is in memory, before and after it was written.
    exportWorkspace: make('ExportWorkspace', 'deprovisioning/export-workspace', {
      ...inClusters,
      memoryMiB: 1024,
      timeout: Duration.minutes(10),
    }),
    requestProductExport: make('RequestProductExport', 'deprovisioning/request-product-export', {
      environment: { BUS_NAME: props.bus.eventBusName },
    }),
    sweepTenant: make('SweepTenant', 'deprovisioning/sweep-tenant', inClusters),
    announceDeprovisioned: make('AnnounceDeprovisioned', 'deprovisioning/announce-deprovisioned', {
      environment: announcing,
    }),
  };
}

/** Which of them work in clusters, as Kubernetes' users. */
export function lifeStepsInClusters(steps: LifeSteps): StepLambda[] {
  return [
    steps.suspendWorkspace,
    steps.resumeWorkspace,
    steps.exportWorkspace,
    steps.sweepTenant,
    steps.restoreWorkspace,
  ];
}

/** What they may do, beside what the steps in clusters may. */
export function grantLife(steps: LifeSteps, props: StepsProps, rights: RegistryRights): void {
  for (const step of [
    steps.beginOperation,
    steps.beginDeprovisioning,
    steps.commitDeletion,
    steps.holdGrace,
    steps.suspendWorkspace,
    steps.resumeWorkspace,
    steps.announceResumed,
  ])
    rights.items(step, 'Get', 'Update');
  for (const step of [steps.announceSuspended, steps.announceDeprovisioned]) rights.items(step, 'Update');
  for (const step of [steps.exportWorkspace, steps.sweepTenant]) rights.items(step, 'Get');
  for (const step of [
    steps.suspendWorkspace,
    steps.resumeWorkspace,
    steps.exportWorkspace,
    steps.sweepTenant,
    steps.announceDeprovisioned,
  ])
    rights.partition(step);
  for (const step of [
    steps.announceSuspended,
    steps.announceResumed,
    steps.holdGrace,
    steps.requestProductExport,
    steps.announceDeprovisioned,
  ])
    step.allow(['events:PutEvents'], [props.bus.eventBusArn]);
  for (const step of [steps.holdGrace, steps.requestProductExport]) rights.wake(step);
  grantExport(steps, props);
  grantRestoring(steps, props, rights);
  grantSweep(steps, rights);
}

/** Reads back what it wrote; deletes nothing. */
function grantExport({ exportWorkspace }: LifeSteps, props: StepsProps): void {
  exportWorkspace.allow(['s3:PutObject', 's3:GetObjectVersion'], [props.exports.arnForObjects('tenants/*')], {
    wildcardReason: 'One object per tenant and deprovisioning.',
  });
  useExportsKey(exportWorkspace, props, 'GenerateDataKey', 'Decrypt');
  exportWorkspace.allow(
    ['budgets:ViewBudget'],
    [`arn:${Aws.PARTITION}:budgets::${Aws.ACCOUNT_ID}:budget/${budgetPrefix}*`],
    { wildcardReason: PER_TENANT },
  );
}

function grantSweep({ sweepTenant }: LifeSteps, rights: RegistryRights): void {
  rights.index(sweepTenant);
  sweepTenant.allow(
    ['cloudformation:DescribeStacks'],
    [`arn:${Aws.PARTITION}:cloudformation:${Aws.REGION}:${Aws.ACCOUNT_ID}:stack/${foundationStackPrefix}*/*`],
    { wildcardReason: PER_TENANT },
  );
  sweepTenant.allow(
    ['iam:GetRole'],
    // A role that is not there is asked for without its path.
    [tenantRolePath, '/'].map((path) => `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role${path}${tenantRolePrefix}*`),
    { wildcardReason: PER_TENANT },
  );
}
