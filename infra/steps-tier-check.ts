import { Aws, Duration } from 'aws-cdk-lib';
import { tenantClusterPrefix } from '../tenancy/clusters/names.ts';
import {
  foundationStackPrefix,
  installationExternalId,
  operatorRoleName,
  platformRolePath,
  tenantRolePath,
} from '../tenancy/names.ts';
import { arnsInClusters, clusterArns, eksArn } from './cluster-arns.ts';
import type { StepLambda, StepLambdaProps } from './step-lambda.ts';
import { type RegistryRights, roleArn } from './step-rights.ts';
import type { StepsProps } from './steps.ts';

const PER_TENANT = 'One per tenant, below a prefix of their own.';

type Make = (id: string, source: string, options?: Partial<StepLambdaProps>) => StepLambda;

/** The functions that look before a change of tier, and those that change a placement in place. */
export type TierCheckSteps = ReturnType<typeof createTierCheckSteps>;

export function createTierCheckSteps(make: Make, props: StepsProps) {
  const operator = {
    TABLE_NAME: props.table.tableName,
    PLATFORM_ACCOUNT_ID: Aws.ACCOUNT_ID,
    EXTERNAL_ID: installationExternalId(props.prefix, Aws.ACCOUNT_ID),
    INSTALLATION: props.prefix,
  };
  // All of the tenant's objects are in memory.
  const looking = { environment: operator, memoryMiB: 1024, timeout: Duration.minutes(2) };
  return {
    checkTierChange: make('CheckTierChange', 'tier-changes/check-tier-change', looking),
    // Not part of a workflow: the command line asks for it.
    planTierChange: make('PlanTierChange', 'tier-changes/plan-tier-change', looking),
    adjustCommitment: make('AdjustCommitment', 'tier-changes/adjust-commitment', { environment: operator }),
    loosenWorkspace: make('LoosenWorkspace', 'tier-changes/loosen-workspace', {
      environment: operator,
      memoryMiB: 512,
      timeout: Duration.minutes(1),
    }),
    adjustAccess: make('AdjustAccess', 'tier-changes/adjust-access', { environment: operator }),
  };
}

/** Which of them work in clusters, as Kubernetes' users. */
export function tierCheckStepsInClusters(steps: TierCheckSteps): StepLambda[] {
  return [...lookers(steps), steps.loosenWorkspace];
}

function lookers({ checkTierChange, planTierChange }: TierCheckSteps): StepLambda[] {
  return [checkTierChange, planTierChange];
}

/** What they may do, beside what the steps in clusters may. Those that look may change nothing. */
export function grantTierCheck(steps: TierCheckSteps, props: StepsProps, rights: RegistryRights): void {
  for (const step of lookers(steps)) grantLooking(step, props, rights);
  rights.items(steps.adjustCommitment, 'Get', 'Update');
  rights.partition(steps.adjustCommitment);
  grantTags(steps.adjustAccess, props);
}

function grantLooking(step: StepLambda, props: StepsProps, rights: RegistryRights): void {
  rights.items(step, 'Get');
  rights.partition(step);
  rights.index(step);
  step.allow(['eks:ListClusters'], ['*'], { wildcardReason: 'ListClusters takes no resource.' });
  step.allow(
    ['cloudformation:DescribeStacks'],
    [`arn:${Aws.PARTITION}:cloudformation:${Aws.REGION}:${Aws.ACCOUNT_ID}:stack/${foundationStackPrefix}*/*`],
    { wildcardReason: PER_TENANT },
  );
  step.allow(['sts:AssumeRole'], [roleArn(props, `${tenantRolePath}*`)], {
    wildcardReason: 'It reads what a tenant has made, with the role of that tenant.',
  });
}

/** Tags of what a tenant has in EKS; of the shared clusters only what belongs to them. */
function grantTags(step: StepLambda, props: StepsProps): void {
  const clusters = clusterArns(props);
  const inside = [...arnsInClusters(props, 'access-entry'), ...arnsInClusters(props, 'podidentityassociation')];
  const own = eksArn('cluster', `${tenantClusterPrefix}*`);
  step.allow(['eks:ListPodIdentityAssociations', 'eks:DescribeCluster'], clusters, { wildcardReason: PER_TENANT });
  step.allow(['eks:DescribeAccessEntry', 'eks:DescribePodIdentityAssociation'], inside, {
    wildcardReason: PER_TENANT,
  });
  step.allow(['eks:TagResource'], [own, ...inside], { wildcardReason: PER_TENANT });
  if (props.accounts)
    step.allow(['sts:AssumeRole'], [roleArn(props, `${platformRolePath}${operatorRoleName}`)], {
      wildcardReason: 'The operator of any account that was vended.',
    });
}

/** Substitutions of adjust-placement for these functions. */
export function adjustmentFunctions(steps: TierCheckSteps) {
  return {
    CheckTierChangeFunction: steps.checkTierChange.function,
    AdjustCommitmentFunction: steps.adjustCommitment.function,
    LoosenWorkspaceFunction: steps.loosenWorkspace.function,
    AdjustAccessFunction: steps.adjustAccess.function,
  };
}
