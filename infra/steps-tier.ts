import { Aws, Duration } from 'aws-cdk-lib';
import { installationExternalId, tenantRolePath } from '../tenancy/names.ts';
import type { StepLambda, StepLambdaProps } from './step-lambda.ts';
import { type RegistryRights, roleArn } from './step-rights.ts';
import type { StepsProps } from './steps.ts';

type Make = (id: string, source: string, options?: Partial<StepLambdaProps>) => StepLambda;

/** The functions of changes of tier: beginning, transferring, cutting over, retiring what was left. */
export type TierSteps = ReturnType<typeof createTierSteps>;

export function createTierSteps(make: Make, props: StepsProps) {
  const registry = { TABLE_NAME: props.table.tableName };
  const announcing = { ...registry, BUS_NAME: props.bus.eventBusName };
  return {
    beginTierChange: make('BeginTierChange', 'tier-changes/begin-tier-change', { environment: registry }),
    // All of the tenant's objects are in memory. It goes on where it was when its time ends.
    transferWorkspace: make('TransferWorkspace', 'tier-changes/transfer-workspace', {
      environment: {
        ...announcing,
        PLATFORM_ACCOUNT_ID: Aws.ACCOUNT_ID,
        EXTERNAL_ID: installationExternalId(props.prefix, Aws.ACCOUNT_ID),
      },
      memoryMiB: 1024,
      timeout: Duration.minutes(5),
    }),
    requestMigration: make('RequestMigration', 'tier-changes/request-migration', {
      environment: { BUS_NAME: props.bus.eventBusName },
    }),
    cutOver: make('CutOver', 'tier-changes/cut-over', { environment: registry }),
    announceTierChanged: make('AnnounceTierChanged', 'tier-changes/announce-tier-changed', {
      environment: { BUS_NAME: props.bus.eventBusName },
    }),
    announceTierChangeFailed: make('AnnounceTierChangeFailed', 'tier-changes/announce-tier-change-failed', {
      environment: announcing,
    }),
    beginReversal: make('BeginReversal', 'tier-changes/begin-reversal', { environment: registry }),
    beginRetirement: make('BeginRetirement', 'tier-changes/begin-retirement', { environment: registry }),
    forgetPlacement: make('ForgetPlacement', 'tier-changes/forget-placement', { environment: announcing }),
  };
}

/** Which of them work in clusters, as Kubernetes' users. */
export function tierStepsInClusters(steps: TierSteps): StepLambda[] {
  return [steps.transferWorkspace];
}

/** What they may do, beside what the steps in clusters may. */
export function grantTier(steps: TierSteps, props: StepsProps, rights: RegistryRights): void {
  for (const step of [steps.beginTierChange, steps.cutOver, steps.beginReversal, steps.forgetPlacement])
    rights.items(step, 'Get', 'Update');
  rights.items(steps.beginRetirement, 'Update');
  rights.items(steps.announceTierChangeFailed, 'Update');
  // Who waits at the tenant's gate.
  rights.partition(steps.beginTierChange);
  rights.wake(steps.requestMigration);
  for (const step of [
    steps.transferWorkspace,
    steps.requestMigration,
    steps.announceTierChanged,
    steps.announceTierChangeFailed,
    steps.forgetPlacement,
  ])
    step.allow(['events:PutEvents'], [props.bus.eventBusArn]);
  steps.transferWorkspace.allow(['sts:AssumeRole'], [roleArn(props, `${tenantRolePath}*`)], {
    wildcardReason: 'It writes to the new placement of every tenant, with the role of that tenant.',
  });
}
