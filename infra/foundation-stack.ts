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
import { tenantRolePath, tenantTag } from '../tenancy/names.ts';

/** What a tenant's workloads may do with resources that carry its tag. The boundary allows no more than this either. */
export const TENANT_ACTIONS = [
  'dynamodb:BatchGetItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
  's3:DeleteObject',
  's3:GetObject',
  's3:PutObject',
  'secretsmanager:GetSecretValue',
  'sqs:DeleteMessage',
  'sqs:ReceiveMessage',
  'sqs:SendMessage',
];

/**
 * The foundation of one tenant, created per tenant by the step ensure-foundation: its IAM role and its budget. The
 * role's rights go by the tenant's tag, on both sides: a resource of another tenant has another tag.
 */
export class FoundationStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps & { boundaryName: string }) {
    super(scope, id, { ...props, synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) });
    this.templateOptions.description = 'Tenantry: foundation of one tenant (role, budget)';
    const tenantId = new CfnParameter(this, 'TenantId', { description: 'Id of the tenant.' }).valueAsString;
    const roleName = new CfnParameter(this, 'RoleName', { maxLength: 64 }).valueAsString;
    const externalId = new CfnParameter(this, 'ExternalId', { description: 'What whoever assumes the role presents.' })
      .valueAsString;
    const budget = new CfnParameter(this, 'MonthlyBudgetUsd', { type: 'Number', minValue: 1 }).valueAsNumber;
    const email = new CfnParameter(this, 'ContactEmail', { default: '', description: 'Who is told about the budget.' })
      .valueAsString;

    const role = tenantRole(this, { tenantId, roleName, externalId, boundaryName: props.boundaryName });
    tenantBudget(this, tenantId, budget, email);
    new CfnOutput(this, 'TenantRoleArn', { value: role.attrArn });
    new CfnOutput(this, 'TenantRoleId', { value: role.attrRoleId });
  }
}

function tenantRole(
  scope: Construct,
  tenant: { tenantId: string; roleName: string; externalId: string; boundaryName: string },
): CfnRole {
  const account = `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}`;
  return new CfnRole(scope, 'TenantRole', {
    roleName: tenant.roleName,
    path: tenantRolePath,
    description: Fn.join('', ['Identity of tenant ', tenant.tenantId]),
    permissionsBoundary: `${account}:policy/${tenant.boundaryName}`,
    maxSessionDuration: 3600,
    assumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        // Pods of the tenant. https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
        {
          Effect: 'Allow',
          Principal: { Service: 'pods.eks.amazonaws.com' },
          Action: ['sts:AssumeRole', 'sts:TagSession'],
          Condition: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
        },
        // Whoever of this account is allowed to, presenting the external id: the isolation proof, the command line.
        {
          Effect: 'Allow',
          Principal: { AWS: `${account}:root` },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': tenant.externalId } },
        },
      ],
    },
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

function tenantBudget(scope: Construct, tenantId: string, amount: number, email: string): CfnBudget {
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
      budgetName: Fn.join('', ['tenantry-', tenantId]),
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount, unit: 'USD' },
      // Cost-allocation tags are written user:KEY$VALUE here. https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-create-filters.html
      costFilters: { TagKeyValue: [Fn.join('', [`user:${tenantTag}$`, tenantId])] },
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
