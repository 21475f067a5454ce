import { Aws, Stack } from 'aws-cdk-lib';
import { controlPlaneLogGroup, tenantClusterPrefix } from '../tenancy/clusters/names.ts';
import { tenantRolePath } from '../tenancy/names.ts';
import { addedClusters, arnsInClusters, clusterArns, eksArn } from './cluster-arns.ts';
import { FOUNDATION_CLUSTER_ROLES } from './foundation-cluster-roles.ts';
import type { OperatorGrant } from './operator-grants.ts';
import type { StepLambda } from './step-lambda.ts';
import type { OperationSteps, StepsProps } from './steps.ts';
import { lifeStepsInClusters } from './steps-life.ts';
import { tierStepsInClusters } from './steps-tier.ts';
import { tierCheckStepsInClusters } from './steps-tier-check.ts';

const NAMED = 'Clusters that are made are named after tenants or numbered.';
const PER_TENANT = 'One per tenant, below a prefix of their own.';

const MAKE_CLUSTER = ['eks:CreateCluster', 'eks:TagResource', 'eks:CreateAccessEntry', 'eks:AssociateAccessPolicy'];
const REMOVE_CLUSTER = [
  'eks:DeleteAccessEntry',
  'eks:DeleteCluster',
  'eks:DeletePodIdentityAssociation',
  'eks:ListAccessEntries',
  'eks:ListPodIdentityAssociations',
  'eks:UpdateClusterConfig',
];
const GIVE_ACCESS = [
  'eks:CreatePodIdentityAssociation',
  'eks:DescribeAccessEntry',
  'eks:DescribePodIdentityAssociation',
];

const LOOK_AT_LOGS = 'logs:DescribeLogStreams';
const REMOVE_LOGS = 'logs:DeleteLogGroup';

/** What control planes of tenants' own clusters write. */
function controlPlaneLogs(): string {
  const group = controlPlaneLogGroup(`${tenantClusterPrefix}*`);
  return `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:${group}:*`;
}

/** What the operator does in the account of a tenant that has a cluster of its own: makes it, opens it, removes it. */
export function tenantClusterGrants(): OperatorGrant[] {
  const cluster = `${tenantClusterPrefix}*`;
  return [
    {
      sid: 'ClusterOfTheTenant',
      actions: [...new Set(['eks:DescribeCluster', ...MAKE_CLUSTER, ...GIVE_ACCESS, ...REMOVE_CLUSTER])].sort(),
      resources: [
        eksArn('cluster', cluster),
        eksArn('access-entry', `${cluster}/*`),
        eksArn('podidentityassociation', `${cluster}/*`),
      ],
      reason: NAMED,
    },
    {
      sid: 'LogsOfTheCluster',
      actions: [REMOVE_LOGS, LOOK_AT_LOGS],
      resources: [controlPlaneLogs()],
      reason: NAMED,
    },
    {
      sid: 'HandRolesToTheCluster',
      actions: ['iam:GetRole', 'iam:PassRole'],
      resources: [...FOUNDATION_CLUSTER_ROLES, `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role${tenantRolePath}*`],
      reason: PER_TENANT,
    },
  ];
}

/** Steps that work in clusters, as Kubernetes' users. */
export function stepsInClusters(steps: OperationSteps): StepLambda[] {
  return [
    steps.ensureClusterBaseline,
    steps.ensureNamespace,
    steps.releaseNamespace,
    steps.ensureVcluster,
    steps.releaseVcluster,
    steps.proveVclusterIsolation,
    steps.issueVclusterAccess,
    steps.proveIsolation,
    ...lifeStepsInClusters(steps),
    ...tierStepsInClusters(steps),
    ...tierCheckStepsInClusters(steps),
  ];
}

/** What the steps of clusters and of access to them may do. */
export function grantClusters(steps: OperationSteps, props: StepsProps): void {
  const clusters = clusterArns(props);
  const entries = arnsInClusters(props, 'access-entry');
  const associations = arnsInClusters(props, 'podidentityassociation');
  grantMaking(steps, props, clusters, entries);
  const giving = [steps.ensureClusterAccess, steps.resumeWorkspace];
  const taking = [steps.releaseClusterAccess, steps.suspendWorkspace];
  for (const step of [...giving, ...taking, steps.sweepTenant]) {
    step.allow(['eks:DescribeAccessEntry', 'eks:DescribePodIdentityAssociation'], [...entries, ...associations], {
      wildcardReason: PER_TENANT,
    });
    step.allow(['eks:ListPodIdentityAssociations'], clusters, { wildcardReason: NAMED });
  }
  steps.sweepTenant.allow([LOOK_AT_LOGS, REMOVE_LOGS], [controlPlaneLogs()], { wildcardReason: NAMED });
  const tenantRoles = `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role${tenantRolePath}*`;
  for (const step of giving) {
    step.allow(
      ['eks:CreateAccessEntry', 'eks:CreatePodIdentityAssociation', 'eks:TagResource'],
      [...clusters, ...entries, ...associations],
      { wildcardReason: PER_TENANT },
    );
    step.allow(['iam:PassRole', 'iam:GetRole'], [tenantRoles, props.clusterRoles.podIdentityRole.roleArn], {
      wildcardReason: PER_TENANT,
    });
  }
  for (const step of taking)
    step.allow(['eks:DeleteAccessEntry', 'eks:DeletePodIdentityAssociation'], [...entries, ...associations], {
      wildcardReason: PER_TENANT,
    });
}

/** Tells a function that makes clusters which roles are to be known in them. */
function tellPrincipals(maker: StepLambda, steps: OperationSteps): void {
  maker.function.addEnvironment(
    'PLATFORM_PRINCIPALS',
    Stack.of(maker).toJsonString({
      administrators: [steps.ensureClusterBaseline.role.roleArn],
      members: stepsInClusters(steps)
        .filter((step) => step !== steps.ensureClusterBaseline)
        .map((step) => step.role.roleArn),
    }),
  );
}

/**
 * What whoever makes a cluster with a key of one's own needs of that key. A condition on grants for AWS's services does not hold here.
 * https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html
 */
export const CLUSTER_KEY_ACTIONS = ['kms:CreateGrant', 'kms:DescribeKey'];

function grantKey(maker: StepLambda, { clusterKeyArn }: Pick<StepsProps, 'clusterKeyArn'>): void {
  if (clusterKeyArn) maker.allow(CLUSTER_KEY_ACTIONS, [clusterKeyArn]);
}

/** What a function may do that makes the shared clusters that are added, and nothing else. */
export function grantAddedClusters(
  maker: StepLambda,
  steps: OperationSteps,
  { prefix, clusterRoles, clusterKeyArn }: Pick<StepsProps, 'prefix' | 'clusterRoles' | 'clusterKeyArn'>,
): void {
  grantKey(maker, { clusterKeyArn });
  const added = addedClusters(prefix);
  tellPrincipals(maker, steps);
  maker.allow(
    ['eks:DescribeCluster', ...MAKE_CLUSTER],
    [eksArn('cluster', added), eksArn('access-entry', `${added}/*`)],
    {
      wildcardReason: NAMED,
    },
  );
  maker.allow(['iam:PassRole'], [clusterRoles.clusterRole.roleArn, clusterRoles.nodeRole.roleArn]);
}

function grantMaking(steps: OperationSteps, props: StepsProps, clusters: string[], entries: string[]): void {
  const { ensureCluster, unprotectCluster, releaseCluster } = steps;
  const { table, clusterRoles } = props;
  for (const step of [ensureCluster, unprotectCluster, releaseCluster]) {
    step.allow(['eks:DescribeCluster'], clusters, { wildcardReason: NAMED });
  }
  tellPrincipals(ensureCluster, steps);
  grantKey(ensureCluster, props);
  ensureCluster.allow(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], [table.tableArn]);
  ensureCluster.allow(['dynamodb:Query'], [`${table.tableArn}/index/by-entity`]);
  ensureCluster.allow(MAKE_CLUSTER, [...clusters, ...entries], { wildcardReason: NAMED });
  ensureCluster.allow(
    ['iam:PassRole'],
    [clusterRoles.clusterRole.roleArn, clusterRoles.nodeRole.roleArn, ...FOUNDATION_CLUSTER_ROLES],
    { wildcardReason: PER_TENANT },
  );
  unprotectCluster.allow(['eks:UpdateClusterConfig'], clusters, { wildcardReason: NAMED });
  releaseCluster.allow([REMOVE_LOGS], [controlPlaneLogs()], { wildcardReason: NAMED });
  releaseCluster.allow(REMOVE_CLUSTER, [...clusters, ...entries, ...arnsInClusters(props, 'podidentityassociation')], {
    wildcardReason: NAMED,
  });
}
