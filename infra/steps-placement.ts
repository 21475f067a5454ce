import { Aws } from 'aws-cdk-lib';
import { operatorRoleName, platformRolePath, tenantRolePath } from '../tenancy/names.ts';
import { clusterArns } from './cluster-arns.ts';
import { grantClusters, stepsInClusters } from './cluster-grants.ts';
import { FOUNDATION_ZONES_AND_GROUPS } from './operator-grants.ts';
import { type RegistryRights, roleArn } from './step-rights.ts';
import type { OperationSteps, StepsProps } from './steps.ts';

const PER_TENANT = 'One per tenant, below a prefix of their own.';

/** What the steps of a placement may do with AWS, beside the registry. */
export function grantPlacement(steps: OperationSteps, props: StepsProps, rights: RegistryRights): void {
  grantFoundations(steps, props, rights);
  grantClusters(steps, props);
  for (const step of stepsInClusters(steps))
    step.allow(['eks:DescribeCluster'], clusterArns(props), { wildcardReason: PER_TENANT });
  rights.items(steps.ensureClusterBaseline, 'Get', 'Update');
  // A neighbour, whose account the tenant must not be able to enter.
  if (props.accounts) {
    rights.index(steps.proveIsolation);
    rights.items(steps.proveIsolation, 'Get');
  }
  if (props.accounts) enterAccounts(steps, roleArn(props, `${platformRolePath}${operatorRoleName}`));
  steps.proveIsolation.allow(['sts:AssumeRole'], [roleArn(props, `${tenantRolePath}*`)], {
    wildcardReason: 'It proves the fences of every tenant, with the role of that tenant.',
  });
}

/** Tenants with accounts of their own have their foundation there, and their cluster if it is their own. */
function enterAccounts(steps: OperationSteps, operator: string): void {
  for (const step of [
    steps.ensureFoundation,
    steps.releaseFoundation,
    steps.ensureCluster,
    steps.unprotectCluster,
    steps.releaseCluster,
    steps.ensureClusterAccess,
    steps.releaseClusterAccess,
    ...stepsInClusters(steps),
  ])
    step.allow(['sts:AssumeRole'], [operator], { wildcardReason: 'The operator of any account that was vended.' });
}

function grantFoundations(steps: OperationSteps, props: StepsProps, rights: RegistryRights): void {
  const { ensureFoundation, releaseFoundation } = steps;
  const stacks = [`arn:${Aws.PARTITION}:cloudformation:${Aws.REGION}:${Aws.ACCOUNT_ID}:stack/tenantry-foundation-*/*`];
  rights.items(ensureFoundation, 'Get');
  rights.items(releaseFoundation, 'Get', 'Delete');
  for (const step of [ensureFoundation, releaseFoundation]) {
    step.allow(
      ['cloudformation:DescribeStacks', 'cloudformation:DescribeStackEvents', 'cloudformation:DeleteStack'],
      stacks,
      { wildcardReason: PER_TENANT },
    );
  }
  ensureFoundation.allow(
    ['cloudformation:CreateStack', 'cloudformation:UpdateStack', 'cloudformation:TagResource'],
    stacks,
    { wildcardReason: PER_TENANT },
  );
  ensureFoundation.allow(['iam:PassRole'], [props.foundation.serviceRole.roleArn], {
    conditions: { StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } },
  });
  // The networks of tenants in this account that have a cluster of their own.
  for (const { actions, resources, reason } of FOUNDATION_ZONES_AND_GROUPS)
    ensureFoundation.allow(actions, resources, { wildcardReason: reason });
}
