import { Aws, type CfnCondition, CfnOutput, Fn } from 'aws-cdk-lib';
import { CfnRole, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { platformRolePath, tenantTag } from '../tenancy/names.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import { CLUSTER_POLICIES, NODE_POLICIES } from './cluster-roles.ts';

/** Path of the roles of tenants' own clusters: AWS's policies for them do not fit under the boundary of tenant roles. */
const clusterRolePath = `${platformRolePath}clusters/`;

/** ARNs of these roles in the account of the stack: what a cluster of a tenant is handed. */
export const FOUNDATION_CLUSTER_ROLES = ['cluster', 'node'].map(
  (kind) => `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role${clusterRolePath}tenantry-${kind}-*`,
);

const managed = (name: string) => `arn:${Aws.PARTITION}:iam::aws:policy/${name}`;

/** The roles of the control plane and of the nodes of a tenant's own cluster; made only where the condition holds. */
export function foundationClusterRoles(
  scope: Construct,
  { tenantId, placementId }: Record<'tenantId' | 'placementId', string>,
  condition: CfnCondition,
): void {
  const role = (kind: 'Cluster' | 'Node', service: string, actions: string[], policies: readonly string[]) => {
    const made = new CfnRole(scope, `${kind}Role`, {
      roleName: Fn.join('', [`tenantry-${kind.toLowerCase()}-`, placementId]),
      path: clusterRolePath,
      description: Fn.join('', [`${kind} of tenant `, tenantId]),
      assumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: actions }],
      },
      managedPolicyArns: policies.map(managed),
      tags: [{ key: tenantTag, value: tenantId }],
    });
    made.cfnOptions.condition = condition;
    new CfnOutput(scope, `${kind}RoleArn`, { value: made.attrArn, condition }).overrideLogicalId(`${kind}RoleArn`);
  };
  role('Cluster', 'eks.amazonaws.com', ['sts:AssumeRole', 'sts:TagSession'], CLUSTER_POLICIES);
  role('Node', 'ec2.amazonaws.com', ['sts:AssumeRole'], NODE_POLICIES);
}

/** Lets CloudFormation's role make these roles, with AWS's policies for clusters and no others. */
export function allowFoundationClusterRoles(serviceRole: Role): void {
  const roles = `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role${clusterRolePath}tenantry-*`;
  serviceRole.addToPolicy(
    new PolicyStatement({
      sid: 'ClusterRoles',
      actions: [
        'iam:CreateRole',
        'iam:DeleteRole',
        'iam:GetRole',
        'iam:ListAttachedRolePolicies',
        'iam:ListRolePolicies',
        'iam:TagRole',
        'iam:UntagRole',
        'iam:UpdateAssumeRolePolicy',
        'iam:UpdateRole',
      ],
      resources: [roles],
    }),
  );
  serviceRole.addToPolicy(
    new PolicyStatement({
      sid: 'PoliciesOfClusterRoles',
      actions: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
      resources: [roles],
      conditions: { ArnEquals: { 'iam:PolicyARN': [...CLUSTER_POLICIES, ...NODE_POLICIES].map(managed) } },
    }),
  );
  acknowledgeWildcards(serviceRole, 'Two roles for each tenant with a cluster of its own, below a path of their own.', [
    roles,
  ]);
}
