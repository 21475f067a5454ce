import {
  Aws,
  CfnCondition,
  CfnOutput,
  CfnParameter,
  DefaultStackSynthesizer,
  Fn,
  Stack,
  type StackProps,
} from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { budgetPrefix, platformRolePath, tenantRolePath, tenantTag } from '../tenancy/names.ts';
import { namespacePrefix } from '../tenancy/workspace/names.ts';
import { foundationClusterRoles } from './foundation-cluster-roles.ts';
import { FoundationNetwork } from './foundation-network.ts';

/** What a tenant's workloads may do with resources that carry its tag. The boundary allows no more than this either. */
export const TENANT_ACTIONS = [
  'dynamodb:BatchGetItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
  // The address of its own cluster, where it has one: shared clusters do not carry its tag.
  'eks:DescribeCluster',
  's3:DeleteObject',
  's3:GetObject',
  's3:PutObject',
  'secretsmanager:GetSecretValue',
  'sqs:DeleteMessage',
  'sqs:ReceiveMessage',
  'sqs:SendMessage',
];

export interface FoundationStackProps extends StackProps {
  /** Name of the permissions boundary of tenant roles, in every account. */
  readonly boundaryName: string;
  /**
   * Name of the role, at the product's path in the platform's account, by which Pod Identity of shared clusters reaches
   * roles in accounts of tenants. Without it no pod does.
   */
  readonly podIdentityRoleName?: string | undefined;
}

/**
 * The foundation of one tenant, created by the step ensure-foundation in the account the tenant lives in: its IAM role and
 * its budget, and its network and cluster's roles if it has a cluster of its own. The role's rights go by the tenant's tag, on both sides: a
 * resource of another tenant has another tag.
 */
export class FoundationStack extends Stack {
  constructor(scope: Construct, id: string, props: FoundationStackProps) {
    super(scope, id, { ...props, synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) });
    this.templateOptions.description = 'Tenantry: foundation of one tenant (role, budget; network and cluster roles)';
    const text = (name: string, description: string) => new CfnParameter(this, name, { description }).valueAsString;
    const tenantId = text('TenantId', 'Id of the tenant.');
    const placementId = text('PlacementId', 'Id of the tenant, and which of its placements: acme, acme--2.');
    const roleName = new CfnParameter(this, 'RoleName', { maxLength: 64 }).valueAsString;
    const externalId = text('ExternalId', 'What whoever assumes the role presents.');
    const platformAccountId = text('PlatformAccountId', 'Account that runs the workflows and the shared clusters.');
    const budget = new CfnParameter(this, 'MonthlyBudgetUsd', { type: 'Number', minValue: 1 }).valueAsNumber;
    const email = new CfnParameter(this, 'ContactEmail', { default: '', description: 'Who is told about the budget.' })
      .valueAsString;
    const digest = new CfnParameter(this, 'TemplateDigest', { default: '', description: 'Which template this is.' })
      .valueAsString;

    const role = tenantRole(this, {
      tenantId,
      placementId,
      roleName,
      externalId,
      platformAccountId,
      boundaryName: props.boundaryName,
      podIdentityRoleName: props.podIdentityRoleName,
    });
    tenantBudget(this, { tenantId, placementId, platformAccountId, amount: budget, email });
    const network = new FoundationNetwork(this, placementId);
    foundationClusterRoles(this, { tenantId, placementId }, network.has);
    new CfnOutput(this, 'TenantRoleArn', { value: role.attrArn });
    new CfnOutput(this, 'TenantRoleId', { value: role.attrRoleId });
    new CfnOutput(this, 'Template', { value: digest });
  }
}

interface TenantRole {
  tenantId: string;
  placementId: string;
  roleName: string;
  externalId: string;
  platformAccountId: string;
  boundaryName: string;
  podIdentityRoleName: string | undefined;
}

function tenantRole(scope: Construct, tenant: TenantRole): CfnRole {
  return new CfnRole(scope, 'TenantRole', {
    roleName: tenant.roleName,
    path: tenantRolePath,
    description: Fn.join('', ['Identity of tenant ', tenant.tenantId]),
    permissionsBoundary: `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:policy/${tenant.boundaryName}`,
    maxSessionDuration: 3600,
    assumeRolePolicyDocument: { Version: '2012-10-17', Statement: trust(tenant) },
    policies: [
      {
        policyName: 'own-resources',
        policyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'OwnTaggedResources',
              Effect: 'Allow',
              Action: TENANT_ACTIONS,
              Resource: '*',
              Condition: { StringEquals: { [`aws:ResourceTag/${tenantTag}`]: tenant.tenantId } },
            },
          ],
        },
      },
    ],
    tags: [{ key: tenantTag, value: tenant.tenantId }],
  });
}

function trust({ placementId, externalId, platformAccountId, podIdentityRoleName }: TenantRole): object[] {
  const platform = Fn.join('', [`arn:${Aws.PARTITION}:iam::`, platformAccountId]);
  const Principal = { AWS: Fn.join('', [platform, ':root']) };
  return [
    // Pods of the tenant, in the platform's clusters or in its own. https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
    {
      Effect: 'Allow',
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Condition: { StringEquals: { 'aws:SourceAccount': [platformAccountId, Aws.ACCOUNT_ID] } },
    },
    // Whoever of the platform's account is allowed to, presenting the external id: the isolation proof, the command line.
    {
      Effect: 'Allow',
      Principal,
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': externalId } },
    },
    // Pods in the platform's clusters, where this role is in another account: by the role that all of them share, whose
    // session carries the namespace of the pod. https://docs.aws.amazon.com/eks/latest/userguide/pod-id-assign-target-role.html
    ...(podIdentityRoleName === undefined
      ? []
      : [
          {
            Effect: 'Allow',
            Principal,
            Action: ['sts:AssumeRole', 'sts:TagSession'],
            Condition: {
              ArnEquals: {
                'aws:PrincipalArn': Fn.join('', [platform, `:role${platformRolePath}${podIdentityRoleName}`]),
              },
              StringEquals: { 'aws:PrincipalTag/kubernetes-namespace': Fn.join('', [namespacePrefix, placementId]) },
            },
          },
        ]),
  ];
}

function tenantBudget(
  scope: Construct,
  {
    tenantId,
    placementId,
    platformAccountId,
    amount,
    email,
  }: Record<'tenantId' | 'placementId' | 'platformAccountId' | 'email', string> & { amount: number },
): CfnBudget {
  const shared = new CfnCondition(scope, 'SharesAccount', {
    expression: Fn.conditionEquals(platformAccountId, Aws.ACCOUNT_ID),
  });
  const hasEmail = new CfnCondition(scope, 'HasContactEmail', {
    expression: Fn.conditionNot(Fn.conditionEquals(email, '')),
  });
  const alert = (threshold: number) => ({
    notification: {
      notificationType: 'ACTUAL',
      comparisonOperator: 'GREATER_THAN',
      threshold,
      thresholdType: 'PERCENTAGE',
    },
    subscribers: [{ subscriptionType: 'EMAIL', address: email }],
  });
  return new CfnBudget(scope, 'Budget', {
    budget: {
      budgetName: Fn.join('', [budgetPrefix, placementId]),
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount, unit: 'USD' },
      // All that an account of its own costs is the tenant's, tagged or not. Cost-allocation tags are written
      // user:KEY$VALUE here. https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-create-filters.html
      costFilters: Fn.conditionIf(
        shared.logicalId,
        { TagKeyValue: [Fn.join('', [`user:${tenantTag}$`, tenantId])] },
        Aws.NO_VALUE,
      ),
    },
    notificationsWithSubscribers: Fn.conditionIf(
      hasEmail.logicalId,
      [alert(80), alert(100)].map(capitalised),
      Aws.NO_VALUE,
    ) as never,
  });
}

/** Inside Fn::If CDK does not turn property names into CloudFormation's. */
function capitalised(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(capitalised);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key.charAt(0).toUpperCase() + key.slice(1), capitalised(member)]),
  );
}
